//! What the fields of a kustomization must be.

use crate::base::Value;
use crate::kubectl::go_shape::{
    Reading,
    Shape::{self, Bool, Integer, List, Map, Named, Raw, Struct, Text},
};

const READING: Reading = Reading { package: "types", strict: true };

static FIELD: Shape = Struct(
    "FieldSpec",
    &[("Gvk.group", Text), ("Gvk.version", Text), ("Gvk.kind", Text), ("path", Text), ("create", Bool)],
);

static LABEL: Shape = Struct(
    "Label",
    &[
        ("pairs", Map(&Text)),
        ("includeSelectors", Bool),
        ("includeTemplates", Bool),
        ("fields", List(&FIELD)),
    ],
);

/// What names the objects that a patch or a replacement is about.
const SELECTOR: Shape = Struct(
    "Selector",
    &[
        ("ResId.Gvk.group", Text),
        ("ResId.Gvk.version", Text),
        ("ResId.Gvk.kind", Text),
        ("ResId.name", Text),
        ("ResId.namespace", Text),
        ("annotationSelector", Text),
        ("labelSelector", Text),
    ],
);

static PATCH: Shape =
    Struct("Patch", &[("path", Text), ("patch", Text), ("target", SELECTOR), ("options", Map(&Bool))]);

static IMAGE: Shape = Struct(
    "Image",
    &[("name", Text), ("newName", Text), ("tagSuffix", Text), ("newTag", Text), ("digest", Text)],
);

const OPTIONS: Shape =
    Struct("FieldOptions", &[("delimiter", Text), ("index", Integer), ("encoding", Text), ("create", Bool)]);

static REJECTED: Shape = SELECTOR;

static TARGET: Shape = Struct(
    "TargetSelector",
    &[("select", SELECTOR), ("reject", List(&REJECTED)), ("fieldPaths", List(&Text)), ("options", OPTIONS)],
);

static REPLACEMENT: Shape = Struct(
    "ReplacementField",
    &[
        ("Replacement.source", Raw),
        ("Replacement.targets", List(&TARGET)),
        ("Replacement.sourceValue", Text),
        ("path", Text),
    ],
);

static REPLICA: Shape = Struct("Replica", &[("name", Text), ("count", Integer)]);

const GENERATOR_OPTIONS: Shape = Struct(
    "GeneratorOptions",
    &[
        ("labels", Map(&Text)),
        ("annotations", Map(&Text)),
        ("disableNameSuffixHash", Bool),
        ("immutable", Bool),
    ],
);

/// What is generated: the fields of both kinds, and those of one.
macro_rules! generator {
    ($name:literal $(, $more:expr)*) => {
        Struct(
            $name,
            &[
                ("GeneratorArgs.namespace", Text),
                ("GeneratorArgs.name", Text),
                ("GeneratorArgs.behavior", Text),
                ("GeneratorArgs.KvPairSources.literals", List(&Text)),
                ("GeneratorArgs.KvPairSources.files", List(&Text)),
                ("GeneratorArgs.KvPairSources.envs", List(&Text)),
                ("GeneratorArgs.KvPairSources.env", Text),
                ("GeneratorArgs.options", GENERATOR_OPTIONS),
                $($more),*
            ],
        )
    };
}

static CONFIG_MAP: Shape = generator!("ConfigMapArgs");
static SECRET: Shape = generator!("SecretArgs", ("type", Text));

static KUSTOMIZATION: Shape = Struct(
    "Kustomization",
    &[
        ("TypeMeta.apiVersion", Text),
        ("TypeMeta.kind", Text),
        (
            "metadata",
            Struct(
                "ObjectMeta",
                &[("name", Text), ("namespace", Text), ("labels", Map(&Text)), ("annotations", Map(&Text))],
            ),
        ),
        ("resources", List(&Text)),
        ("bases", List(&Text)),
        ("components", List(&Text)),
        ("crds", List(&Text)),
        ("namePrefix", Text),
        ("nameSuffix", Text),
        ("namespace", Text),
        ("commonLabels", Map(&Text)),
        ("commonAnnotations", Map(&Text)),
        ("labels", List(&LABEL)),
        ("patches", List(&PATCH)),
        ("patchesStrategicMerge", List(&Named("PatchStrategicMerge"))),
        ("patchesJson6902", List(&PATCH)),
        ("images", List(&IMAGE)),
        ("imageTags", List(&IMAGE)),
        ("replicas", List(&REPLICA)),
        ("replacements", List(&REPLACEMENT)),
        ("configMapGenerator", List(&CONFIG_MAP)),
        ("secretGenerator", List(&SECRET)),
        ("generatorOptions", GENERATOR_OPTIONS),
        ("buildMetadata", List(&Text)),
        ("sortOptions", Struct("SortOptions", &[("order", Named("SortOrder")), ("legacySortOptions", Raw)])),
        // Known, and refused later.
        ("generators", Raw),
        ("transformers", Raw),
        ("validators", Raw),
        ("configurations", Raw),
        ("helmCharts", Raw),
        ("helmGlobals", Raw),
        ("helmChartInflationGenerator", Raw),
        ("openapi", Raw),
        ("vars", Raw),
    ],
);

/// What Go would complain of in a kustomization.
pub(super) fn mistake(kustomization: &Value) -> Option<String> {
    KUSTOMIZATION.mistake(kustomization, READING)
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn a_list_in_the_place_of_labels_is_refused() {
        for (kustomization, expected) in [
            (
                json!({"labels": ["a"]}),
                "cannot unmarshal string into Go struct field Kustomization.labels of type types.Label",
            ),
            (
                json!({"configMapGenerator": [{"literals": "a"}]}),
                "cannot unmarshal string into Go struct field ConfigMapArgs.configMapGenerator.GeneratorArgs.KvPairSources.literals of type []string",
            ),
            (json!({"images": [{"foo": 1}]}), "unknown field \"foo\""),
        ] {
            assert_eq!(mistake(&kustomization).unwrap(), format!("json: {expected}"));
        }
        assert_eq!(
            mistake(&json!({"labels": [{"pairs": {"a": "b"}}], "replicas": [{"name": "a", "count": 2}]})),
            None
        );
    }
}
