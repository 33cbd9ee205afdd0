//! Templates that only go through the items of a List, taken apart so that the items may come one by one.

use crate::base::{Value, json};

use super::{Block, End, JsonPath, Node, evaluate, print};

/// A template of that kind.
#[derive(Clone, Debug)]
pub struct ForItems {
    /// What is printed before the first item.
    pub before: String,
    each: JsonPath,
    /// What stands between what two items give.
    pub between: &'static str,
    /// What is printed after the last item.
    pub after: String,
}

impl ForItems {
    /// What one item gives; `None` when it gives nothing at all.
    ///
    /// # Errors
    /// With upstream's text, such as `x is not found`.
    pub fn print(&self, item: &Value, allow_missing: bool) -> Result<Option<String>, String> {
        let list = json!({"items": [item]});
        let results = evaluate::evaluate(&self.each.0, &list, allow_missing)?;
        if results.iter().all(Vec::is_empty) {
            return Ok(None);
        }
        Ok(Some(results.iter().map(|results| print::print_results(results)).collect()))
    }
}

impl JsonPath {
    /// Takes the template apart; `None` when it looks at more than one item at a time.
    #[must_use]
    pub fn for_items(&self) -> Option<ForItems> {
        let start = self.0.iter().position(goes_through_items)?;
        let ranges = matches!(&self.0[start], Block::Action(nodes) if has(nodes, &Node::Range));
        let end = if ranges { end_of_range(&self.0, start)? } else { start };
        Some(ForItems {
            before: text_of(&self.0[..start])?,
            each: Self(self.0[start..=end].to_vec()),
            between: if ranges { "" } else { " " },
            after: text_of(&self.0[end + 1..])?,
        })
    }
}

fn has(nodes: &[Node], wanted: &Node) -> bool {
    nodes.iter().any(|node| std::mem::discriminant(node) == std::mem::discriminant(wanted))
}

/// `{.items[*]…}`, `{.items[?(…)]…}` or a range over these.
fn goes_through_items(block: &Block) -> bool {
    let Block::Action(nodes) = block else { return false };
    let mut nodes = nodes.iter().filter(|node| !matches!(node, Node::Range));
    let takes_all = |node: &Node| {
        matches!(
            node,
            Node::Wildcard
                | Node::Filter { .. }
                | Node::Slice { start: None | Some(0), end: End::Open, step: None | Some(1) }
        )
    };
    matches!(nodes.next(), Some(Node::Field(name)) if name == "items")
        && nodes.next().is_some_and(takes_all)
        // A union gives its first part of all items before its second.
        && !nodes.any(|node| matches!(node, Node::Union(_)))
}

fn end_of_range(blocks: &[Block], start: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, block) in blocks.iter().enumerate().skip(start) {
        let Block::Action(nodes) = block else { continue };
        if has(nodes, &Node::EndRange) {
            depth -= 1;
            if depth == 0 {
                return Some(index);
            }
        } else if has(nodes, &Node::Range) {
            depth += 1;
        }
    }
    None
}

/// Text and literals; `None` for anything that looks at the list.
fn text_of(blocks: &[Block]) -> Option<String> {
    blocks
        .iter()
        .map(|block| match block {
            Block::Text(text) => Some(text.clone()),
            Block::Action(nodes) => match nodes.as_slice() {
                [Node::Literal(Value::String(text))] => Some(text.clone()),
                _ => None,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_one_by_one_give_what_the_list_gives() {
        let items = [
            json!({"metadata": {"name": "a"}, "n": 1, "list": ["x", "y"]}),
            json!({"metadata": {"name": ""}}),
            json!({"metadata": {"name": "c"}, "n": 2, "list": []}),
            json!({}),
        ];
        let list = json!({"items": items});
        for template in [
            "{.items[*].metadata.name}",
            "names: {.items[*].list[*]} end",
            r#"{.items[?(@.metadata.name=="c")].n}"#,
            r#"{range .items[*]}{.metadata.name}{"\t"}{.n}{"\n"}{end}"#,
            r#"{"head\n"}{range .items[*]}{.n}:{range .list[*]}<{@}>{end};{end}tail"#,
        ] {
            let path = JsonPath::parse(template).unwrap();
            let parts = path.for_items().unwrap();
            let given: Vec<String> =
                items.iter().filter_map(|item| parts.print(item, true).unwrap()).collect();
            let whole = format!("{}{}{}", parts.before, given.join(parts.between), parts.after);
            assert_eq!(whole, path.render(&list, true).unwrap(), "{template}");
        }
        for template in [
            "{.items[0].a}",
            "{.kind}",
            "{.items}",
            "{.items[*]['a','b']}",
            "{.items[*].a}{.items[*].b}",
            "{..name}",
        ] {
            assert!(JsonPath::parse(template).unwrap().for_items().is_none(), "{template}");
        }
    }
}
