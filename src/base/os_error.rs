//! What the operating system complains about, in Korean: `cannot write FILE: No space left on device (os error 28)`.

use std::io::{Error, ErrorKind};

/// What was being done, before and after the name of what it was done to.
const DONE: &[(&str, &str)] = &[
    ("cannot read ", "읽을 수 없습니다"),
    ("cannot write ", "쓸 수 없습니다"),
    ("cannot create ", "만들 수 없습니다"),
    ("cannot open ", "열 수 없습니다"),
    ("cannot use ", "사용할 수 없습니다"),
    ("cannot empty ", "비울 수 없습니다"),
];

/// A message that ends with what the operating system said; nothing where it does not.
pub(super) fn in_korean(message: &str) -> Option<String> {
    let (before, code) = message.strip_suffix(')')?.rsplit_once(" (os error ")?;
    let said = Error::from_raw_os_error(code.parse().ok()?);
    let why = meaning(said.kind())?;
    let (done, _) = before.rsplit_once(": ")?;
    let (what, cannot) = DONE.iter().find_map(|(doing, cannot)| Some((done.strip_prefix(doing)?, cannot)))?;
    Some(format!("{what}을(를) {cannot}: {why} (os error {code})"))
}

fn meaning(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::NotFound => "파일이나 폴더가 없습니다",
        ErrorKind::PermissionDenied => "권한이 없습니다",
        ErrorKind::AlreadyExists => "이미 있습니다",
        ErrorKind::NotADirectory => "폴더가 아닙니다",
        ErrorKind::IsADirectory => "파일이 아니라 폴더입니다",
        ErrorKind::StorageFull => "디스크에 남은 공간이 없습니다",
        ErrorKind::QuotaExceeded => "쓸 수 있는 디스크 용량을 다 썼습니다",
        ErrorKind::ReadOnlyFilesystem => "읽기 전용 파일 시스템입니다",
        ErrorKind::FileTooLarge => "파일이 너무 큽니다",
        ErrorKind::InvalidFilename => "쓸 수 없는 파일 이름입니다",
        ErrorKind::AddrInUse => "이미 쓰고 있는 주소입니다",
        ErrorKind::WouldBlock => "다른 프로그램이 쓰고 있습니다",
        ErrorKind::TimedOut => "시간이 다 되었습니다",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_operating_system_are_told_in_korean() {
        let told = |code: i32| {
            in_korean(&format!("cannot write /x/a: b/journal.jsonl: {}", Error::from_raw_os_error(code)))
        };
        let full = "/x/a: b/journal.jsonl을(를) 쓸 수 없습니다: 디스크에 남은 공간이 없습니다 (os error 28)";
        assert_eq!(told(28).as_deref(), Some(full));
        assert!(told(13).is_some_and(|told| told.contains("권한이 없습니다")));
        assert_eq!(told(9999), None);
        assert_eq!(in_korean("cannot write x: not JSON"), None);
    }
}
