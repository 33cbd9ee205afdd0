//! Kinds that a chapter brings along: those of the CustomResourceDefinitions in its start states, files and solutions.

use crate::apimachinery::{Kind, Object, builtin, define};
use crate::base::{Value, parse_yaml};

use super::markdown::{BlockKind, Page};
use super::step::commands;

/// The kinds that a page defines, those of one definition by priority of their versions.
pub(super) fn custom_kinds(page: &Page) -> Vec<&'static Kind> {
    let mut kinds = Vec::new();
    for block in page.sections.iter().flat_map(|section| &section.blocks) {
        match block.kind {
            BlockKind::Start | BlockKind::File(_) => kinds.extend(defined_by(&block.text)),
            BlockKind::Solution => {
                for (command, _) in commands(&block.text, block.at) {
                    // What stands between the command and the word that ends it.
                    let body =
                        command.trim_end().split_once('\n').and_then(|(_, body)| body.rsplit_once('\n'));
                    kinds.extend(body.iter().flat_map(|(body, _)| defined_by(body)));
                }
            }
            _ => {}
        }
    }
    kinds
}

/// The kinds that manifests define; what is wrong with them is told where they are applied.
fn defined_by(manifests: &str) -> Vec<&'static Kind> {
    if !manifests.contains(builtin::CUSTOM_RESOURCE_DEFINITION.kind) {
        return Vec::new();
    }
    let documents = parse_yaml(manifests).unwrap_or_default().into_iter();
    let is_definition = |value: &Value| value["kind"] == builtin::CUSTOM_RESOURCE_DEFINITION.kind;
    let values = documents.map(|document| document.value).filter(is_definition);
    values
        .filter_map(|value| define(&Object::from_value(value)?))
        .flat_map(|definition| definition.served)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::chapter;
    use super::super::diagnostic::Report;
    use super::super::{Language, Source, lint};

    /// A definition of menus.
    const DEFINITION: &str = "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: menus.shop.example}
spec:
  group: shop.example
  scope: Namespaced
  names: {plural: menus, singular: menu, kind: Menu, shortNames: [mn]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              dish: {type: string, enum: [soup, rice]}
              courses: {type: array, items: {type: object, properties: {price: {type: integer}}}}
              notes: {type: object, additionalProperties: {type: string}}
              more: {type: object, x-kubernetes-preserve-unknown-fields: true}
";

    fn told(block: &str, check: &str) -> Vec<String> {
        let page = format!(
            "# T\n\n## S {{#s}}\n\n{block}\n\n```sh solution\ntrue\n```\n\n```yaml check\n- that: x\n  {check}\n```\n"
        );
        let mut report = Report::new("01-a/en.md");
        chapter::read(1, "a", &page, &mut report);
        report
            .finish()
            .into_iter()
            .map(|one| format!("{} {}", one.message, one.hint.unwrap_or_default()))
            .collect()
    }

    #[test]
    fn checks_may_name_kinds_that_the_chapter_defines_anywhere() {
        let blocks = [
            format!("```yaml start\n{DEFINITION}```"),
            format!("```yaml file=menu.yaml\n{DEFINITION}```"),
            format!("```sh solution\nkubectl apply -f - <<END\n{DEFINITION}END\n```"),
        ];
        for block in &blocks {
            for name in ["menu/today", "menus/today", "mn/today", "menus.shop.example/today"] {
                assert_eq!(told(block, &format!("object: {name}")), [""; 0], "{block}");
            }
            assert_eq!(told(block, "select: menus\n  count: 2"), [""; 0]);
        }
        let unknown = told("", "object: menu/today").join("\n");
        assert!(
            unknown.contains("no kind \"menu\"") && unknown.contains("CustomResourceDefinition"),
            "{unknown}"
        );
        let near = told(&blocks[0], "object: menuu/today").join("\n");
        assert!(near.contains("did you mean \"menu\"?"), "{near}");
    }

    #[test]
    fn checks_on_custom_resources_that_contradict_each_other_are_told() {
        let check = |dish: &str| {
            format!("- that: {dish}\n  object: menu/today\n  contains: {{spec: {{dish: {dish}}}}}\n")
        };
        let (soup, rice) = (check("soup"), check("rice"));
        let page = format!(
            "# T\n\n## S {{#s}}\n\n```yaml start\n{DEFINITION}```\n\n```yaml check\n{soup}{rice}```\n"
        );
        let course = tempfile::tempdir().unwrap();
        std::fs::create_dir(course.path().join("01-a")).unwrap();
        std::fs::write(course.path().join("01-a/en.md"), page).unwrap();
        let linted = lint(&Source::Folder(course.path().to_owned()), &[Language::En]);
        assert!(linted.diagnostics.iter().any(|one| one.rule == "cannot-hold"), "{:?}", linted.diagnostics);
    }

    #[test]
    fn custom_resources_of_a_start_state_are_held_to_their_definition_at_their_fields() {
        let menu = "---\napiVersion: shop.example/v1\nkind: Menu\nmetadata: {name: today, lables: {a: b}}\nspec:\n  dsh: soup\n  dish: stew\n  courses:\n  - price: low\n";
        let page = format!("# T\n\n## S {{#s}}\n\n```yaml start\n{DEFINITION}{menu}```\n");
        let course = tempfile::tempdir().unwrap();
        std::fs::create_dir(course.path().join("01-a")).unwrap();
        std::fs::write(course.path().join("01-a/en.md"), &page).unwrap();
        let linted = lint(&Source::Folder(course.path().to_owned()), &[Language::En]);
        let refused = linted.diagnostics.iter().filter(|one| one.rule == "start-refused");
        let told: Vec<(&str, String)> = refused
            .map(|one| {
                (page.lines().nth(one.line - 1).unwrap().trim(), format!("{} {:?}", one.message, one.hint))
            })
            .collect();
        let wanted = [
            ("metadata: {name: today", "labels"),
            ("dsh: soup", "dish"),
            ("dish: stew", "soup"),
            ("- price: low", "a whole number"),
        ];
        assert_eq!(told.len(), wanted.len(), "{told:?}");
        for ((line, said), (there, says)) in told.iter().zip(wanted) {
            assert!(line.starts_with(there) && said.contains(says), "{line}: {said}");
        }
    }

    #[test]
    fn what_a_check_asks_of_a_custom_resource_is_held_to_its_definition() {
        let block = format!("```yaml start\n{DEFINITION}```");
        let of = |what: &str| told(&block, &format!("object: menu/today\n  {what}"));
        for right in [
            "contains: {metadata: {labels: {a: b}}, spec: {dish: soup, notes: {any: x}, more: {a: {b: 1}}}}",
            "contains: {spec: {courses: [{price: 3}, {price: {$atLeast: 2}}]}}",
            "cel: object.spec.courses.all(course, course.price > 2) && object.metadata.name == 'today'",
        ] {
            assert_eq!(of(right), [""; 0]);
        }
        for (wrong, says) in [
            ("contains: {spec: {dsh: soup}}", "did you mean \"dish\"?"),
            ("contains: {spec: {dish: stew}}", "[\"soup\",\"rice\"]"),
            ("contains: {spec: {courses: [{price: low}]}}", "a whole number"),
            ("contains: {spec: {courses: {price: 3}}}", "a list stands"),
            ("contains: {spec: {dish: {a: b}}}", "no field \"a\" here"),
            ("contains: {metadata: {lables: {a: b}}}", "labels"),
            ("cel: object.spec.dish > 2", "not a CEL expression"),
            ("cel: object.spec.dsh == 'soup'", "dsh"),
        ] {
            let told = of(wrong).join("\n");
            assert!(told.contains(says), "{wrong}: {told}");
        }
    }
}
