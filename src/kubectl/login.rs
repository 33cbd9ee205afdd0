//! The name and password that are asked for where a kubeconfig says nothing of who is there.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

use super::errors::{Failure, Outcome};
use crate::base::{RawMode, Streams};

/// Exit code of who was interrupted.
const INTERRUPTED: i32 = 130;

/// Bytes that a password may have.
const LONGEST: usize = 4096;

/// Asks for both, as client-go does (`clientcmd.PromptingAuthLoader`).
pub(super) async fn ask(streams: &mut Streams) -> Outcome<(String, String)> {
    streams.out.text("Please enter Username: ")?;
    let name = match streams.input.read_word().await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(Failure::message("EOF")),
        name => name?,
    };
    streams.out.text("Please enter Password: ")?;
    // A password is only taken where nobody sees it being typed.
    let Some(terminal) = streams.keyboard() else {
        return Err(Failure::message("error reading input for Password"));
    };
    let raw = RawMode::enter(terminal)?;
    let password = typed(&mut raw.keys()).await?;
    Ok((name, password))
}

/// What is typed up to the end of the line; keys come one by one, so that editing is done here.
async fn typed(keys: &mut (impl AsyncRead + Unpin)) -> Outcome<String> {
    const CTRL_C: u8 = 0x03;
    const CTRL_D: u8 = 0x04;
    const CTRL_U: u8 = 0x15;
    const BACKSPACE: u8 = 0x08;
    const DELETE: u8 = 0x7f;
    let mut line: Vec<u8> = Vec::new();
    loop {
        let mut key = [0];
        let is_end = keys.read(&mut key).await? == 0 || key[0] == CTRL_D;
        match key[0] {
            _ if is_end && line.is_empty() => return Err(Failure::message("EOF")),
            b'\r' | b'\n' => break,
            _ if is_end => break,
            CTRL_C => return Err(Failure::Exit(INTERRUPTED)),
            CTRL_U => line.clear(),
            BACKSPACE | DELETE => {
                // A character goes whole, with the bytes that continue it.
                while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
            }
            byte if line.len() < LONGEST => line.push(byte),
            _ => {}
        }
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_asked_for_and_a_password_only_at_a_terminal() {
        for (input, error, rest) in [
            ("", "error: EOF", ""),
            ("\n \n", "error: EOF", ""),
            ("\n bob  \nthe rest\n", "error: error reading input for Password", " \nthe rest\n"),
        ] {
            let (mut streams, printed) = Streams::captured(input);
            let failure = ask(&mut streams).await.unwrap_err();
            assert_eq!(failure.report(), error);
            assert!(printed.out().starts_with("Please enter Username: "));
            assert_eq!(streams.input.read_to_string().await.unwrap(), rest);
        }
    }

    #[tokio::test]
    async fn a_password_is_edited_while_it_is_typed() {
        let told = async |mut keys: &[u8]| typed(&mut keys).await.map_err(|failure| failure.exit_code());
        assert_eq!(told("no\x15s\u{e9}x\x7fcret!\x08\r more".as_bytes()).await, Ok("s\u{e9}cret".to_owned()));
        assert_eq!(told(b"\xffab\x7f\x7f\x7f\x7fc\r").await, Ok("c".to_owned()));
        assert_eq!(told(b"half\x04").await, Ok("half".to_owned()));
        assert_eq!(told(b"\r").await, Ok(String::new()));
        assert_eq!(told(b"x\x03").await, Err(130));
        assert_eq!(told(b"\x04").await, Err(1));
    }
}
