//! Refuses clusters that look like production, in the learner's language.

use crate::base::UserError;
use crate::environment::Sign;
use crate::lesson::Language;

/// Refuses a context that looks like production.
///
/// # Errors
/// With the reasons, if there are any.
pub(super) fn refuse_production(context: &str, signs: &[Sign], language: Language) -> Result<(), UserError> {
    if signs.is_empty() {
        return Ok(());
    }
    let reasons = signs.iter().map(|sign| reason(sign, language)).collect::<Vec<_>>().join("; ");
    let refused = match language {
        Language::En => format!("the context {context:?} looks like production: {reasons}"),
        Language::Ko => format!("컨텍스트 {context:?}은(는) 운영 환경으로 보입니다: {reasons}"),
    };
    Err(UserError::new(refused)
        .hint(language.either("learn on minikube, kind or a cluster that nobody depends on; the embedded cluster needs none of them",
            "minikube나 kind처럼 아무도 의존하지 않는 클러스터에서 배우세요. 내장 클러스터에는 그런 것도 필요 없습니다",
        ))
        .hint(language.either("--i-know goes on all the same", "--i-know 를 붙이면 그래도 진행합니다")))
}

/// A sign in the learner's language.
pub(super) fn reason(sign: &Sign, language: Language) -> String {
    match (language, sign) {
        (Language::En, sign) => sign.to_string(),
        (Language::Ko, Sign::Name(word)) => format!("이름에 {word:?}이(가) 들어 있습니다"),
        (Language::Ko, Sign::Managed(provider)) => format!("관리형 클러스터입니다({provider})"),
        (Language::Ko, Sign::Machines(provider)) => format!("노드가 {provider}의 머신입니다"),
        (Language::Ko, Sign::Nodes(count)) => format!("노드가 {count}개입니다"),
        (Language::Ko, Sign::Workloads(count)) => format!("다른 사람의 워크로드 {count}개가 돌고 있습니다"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_told_in_both_languages() {
        let signs = [
            Sign::Name("prod".into()),
            Sign::Managed("EKS"),
            Sign::Machines("AWS"),
            Sign::Nodes(9),
            Sign::Workloads(40),
        ];
        for (language, parts) in [
            (
                Language::En,
                ["looks like production", "\"prod\"", "EKS", "machines of AWS", "9 nodes", "40 workloads"],
            ),
            (Language::Ko, ["운영 환경", "\"prod\"", "EKS", "AWS의 머신", "9개", "워크로드 40개"]),
        ] {
            let error = refuse_production("shop", &signs, language).unwrap_err();
            for part in parts {
                assert!(error.message.contains(part), "{part} in {}", error.message);
            }
            assert_eq!(error.hints.len(), 2);
        }
        assert!(refuse_production("shop", &[], Language::Ko).is_ok());
    }
}
