//! Letters that look like those of a command line or of YAML, and are others: dashes, quotes and blanks of web pages.

use super::super::finding::Aside;
use super::super::sentences;

/// Dashes that text editors make of two hyphens.
const DASHES: [char; 4] = ['–', '—', '−', '‑'];

/// Quotes that text editors make of plain ones.
const QUOTES: [char; 6] = ['“', '”', '„', '‘', '’', '´'];

/// Blanks that are none to a program, as they are and as Go quotes them.
const BLANKS: [&str; 6] = ["\u{a0}", "\u{3000}", "\u{200b}", r"\u00a0", r"\u3000", r"\u200b"];

/// Such letters in the words of a command.
pub(in crate::check::why) fn odd_letters(line: &str) -> Aside {
    let mut words = line.split_whitespace();
    let dashed = words.find_map(|word| Some((word, word.strip_prefix(DASHES)?)));
    if let Some((word, rest)) = dashed {
        let rest = rest.trim_start_matches(|letter| letter == '-' || DASHES.contains(&letter));
        let hyphens = if rest.chars().count() == 1 { "-" } else { "--" };
        return Some((&sentences::ODD_DASH, vec![word.to_owned(), format!("{hyphens}{rest}")]));
    }
    // Within a word such letters may be meant.
    let quote = line.split_whitespace().find_map(|word| {
        let opens = word.rsplit_once('=').map_or(word, |(_, value)| value);
        opens.chars().next().filter(|letter| QUOTES.contains(letter))
    })?;
    Some((&sentences::ODD_QUOTES, vec![quote.to_string()]))
}

/// A key whose blanks are no plain ones.
pub(super) fn odd_blanks(key: &str) -> Aside {
    BLANKS.iter().any(|blank| key.contains(blank)).then(|| (&sentences::ODD_BLANKS, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_keyboard_has_not_is_odd() {
        let words = |line: &str| odd_letters(line).map(|(_, words)| words.join(" "));
        assert_eq!(
            words("kubectl scale deployment web –replicas=3").as_deref(),
            Some("–replicas=3 --replicas=3")
        );
        assert_eq!(words("kubectl logs web —-tail 3").as_deref(), Some("—-tail --tail"));
        assert_eq!(words("kubectl get pods –n dev").as_deref(), Some("–n -n"));
        assert_eq!(words("kubectl run a --image=“nginx”").as_deref(), Some("“"));
        assert_eq!(words("kubectl annotate pod a note='1–2 of 3'"), None);
        assert_eq!(words("kubectl annotate pod a note='it’s so'"), None);
        assert!(odd_blanks("\u{a0}\u{a0}replicas").is_some() && odd_blanks("\\u00a0replicas").is_some());
        assert!(odd_blanks("spec.my field").is_none());
    }
}
