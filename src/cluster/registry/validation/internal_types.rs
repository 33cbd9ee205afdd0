//! Specs as upstream's internal Go structs print them: every field, empty or not, under its Go name.

use crate::base::{Map, Value, unified_diff};

/// The internal structs (`pkg/apis/core/types.go`), embedded ones flattened. A field is `Name` (a string), `Name#`
/// (a number), `Name?` (a boolean), `Name*` (a pointer, list or map), or `Name:Type` and `Name*:Type` for a
/// struct and for a pointer to one or a list of such.
#[rustfmt::skip]
const STRUCTS: &[(&str, &str)] = &[
    ("PodSpec", "Volumes*:Volume InitContainers*:Container Containers*:Container EphemeralContainers*:EphemeralContainer RestartPolicy TerminationGracePeriodSeconds* ActiveDeadlineSeconds* DNSPolicy NodeSelector* ServiceAccountName AutomountServiceAccountToken* NodeName SecurityContext*:PodSecurityContext ImagePullSecrets*:Name Hostname Subdomain SetHostnameAsFQDN* Affinity*:Affinity SchedulerName Tolerations*:Toleration HostAliases*:HostAlias PriorityClassName Priority* PreemptionPolicy* DNSConfig*:DNSConfig ReadinessGates*:ReadinessGate RuntimeClassName* Overhead* EnableServiceLinks* TopologySpreadConstraints*:Spread OS*:Name SchedulingGates*:Name ResourceClaims*:PodResourceClaim Resources*:Resources HostnameOverride* SchedulingGroup*:SchedulingGroup"),
    ("Volume", "Name HostPath*:HostPath EmptyDir*:EmptyDir GCEPersistentDisk* AWSElasticBlockStore* GitRepo* Secret*:SecretVolume NFS*:NFS ISCSI* Glusterfs* PersistentVolumeClaim*:ClaimVolume RBD* Quobyte* FlexVolume* Cinder* CephFS* Flocker* DownwardAPI*:DownwardVolume FC* AzureFile* ConfigMap*:ConfigMapVolume VsphereVolume* AzureDisk* PhotonPersistentDisk* Projected*:Projected PortworxVolume* ScaleIO* StorageOS* CSI*:CSIVolume Ephemeral* Image*:ImageVolume"),
    ("HostPath", "Path Type*"),
    ("EmptyDir", "Medium SizeLimit*"),
    ("SecretVolume", "SecretName Items*:KeyToPath DefaultMode* Optional*"),
    ("ConfigMapVolume", "Name Items*:KeyToPath DefaultMode* Optional*"),
    ("NFS", "Server Path ReadOnly?"),
    ("ClaimVolume", "ClaimName ReadOnly?"),
    ("DownwardVolume", "Items*:DownwardFile DefaultMode*"),
    ("CSIVolume", "Driver ReadOnly* FSType* VolumeAttributes* NodePublishSecretRef*:Name"),
    ("ImageVolume", "Reference PullPolicy"),
    ("Projected", "Sources*:Projection DefaultMode*"),
    ("Projection", "Secret*:KeyProjection DownwardAPI*:DownwardProjection ConfigMap*:KeyProjection ServiceAccountToken*:TokenProjection ClusterTrustBundle*:TrustBundle PodCertificate*"),
    ("KeyProjection", "Name Items*:KeyToPath Optional*"),
    ("DownwardProjection", "Items*:DownwardFile"),
    ("TokenProjection", "Audience ExpirationSeconds# Path"),
    ("TrustBundle", "Name* SignerName* LabelSelector* Optional* Path"),
    ("KeyToPath", "Key Path Mode*"),
    ("DownwardFile", "Path FieldRef*:FieldRef ResourceFieldRef*:ResourceFieldRef Mode*"),
    ("FieldRef", "APIVersion FieldPath"),
    ("ResourceFieldRef", "ContainerName Resource Divisor#"),
    ("Name", "Name"),
    ("Container", "Name Image Command* Args* WorkingDir Ports*:Port EnvFrom*:EnvFrom Env*:Env Resources:Resources ResizePolicy*:ResizePolicy RestartPolicy* RestartPolicyRules*:RestartRule VolumeMounts*:VolumeMount VolumeDevices*:VolumeDevice LivenessProbe*:Probe ReadinessProbe*:Probe StartupProbe*:Probe Lifecycle*:Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext*:SecurityContext Stdin? StdinOnce? TTY?"),
    ("EphemeralContainer", "Name Image Command* Args* WorkingDir Ports*:Port EnvFrom*:EnvFrom Env*:Env Resources:Resources ResizePolicy*:ResizePolicy RestartPolicy* RestartPolicyRules*:RestartRule VolumeMounts*:VolumeMount VolumeDevices*:VolumeDevice LivenessProbe*:Probe ReadinessProbe*:Probe StartupProbe*:Probe Lifecycle*:Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext*:SecurityContext Stdin? StdinOnce? TTY? TargetContainerName"),
    ("Port", "Name HostPort# ContainerPort# Protocol HostIP"),
    ("EnvFrom", "Prefix ConfigMapRef*:OptionalName SecretRef*:OptionalName"),
    ("OptionalName", "Name Optional*"),
    ("Env", "Name Value ValueFrom*:EnvSource"),
    ("EnvSource", "FieldRef*:FieldRef ResourceFieldRef*:ResourceFieldRef ConfigMapKeyRef*:KeyRef SecretKeyRef*:KeyRef FileKeyRef*:FileKeyRef"),
    ("KeyRef", "Name Key Optional*"),
    ("FileKeyRef", "VolumeName Path Key Optional*"),
    ("Resources", "Limits* Requests* Claims*:ContainerClaim"),
    ("ContainerClaim", "Name Request"),
    ("ResizePolicy", "ResourceName RestartPolicy"),
    ("RestartRule", "Action ExitCodes*:ExitCodes"),
    ("ExitCodes", "Operator Values*"),
    ("VolumeMount", "Name ReadOnly? RecursiveReadOnly* MountPath SubPath MountPropagation* SubPathExpr"),
    ("VolumeDevice", "Name DevicePath"),
    ("Probe", "Exec*:Exec HTTPGet*:HTTPGet TCPSocket*:TCPSocket GRPC*:GRPC InitialDelaySeconds# TimeoutSeconds# PeriodSeconds# SuccessThreshold# FailureThreshold# TerminationGracePeriodSeconds*"),
    ("Exec", "Command*"),
    ("HTTPGet", "Path Port# Host Scheme HTTPHeaders*:Header"),
    ("Header", "Name Value"),
    ("TCPSocket", "Port# Host"),
    ("GRPC", "Port# Service*"),
    ("Lifecycle", "PostStart*:Handler PreStop*:Handler StopSignal*"),
    ("Handler", "Exec*:Exec HTTPGet*:HTTPGet TCPSocket*:TCPSocket Sleep*:Sleep"),
    ("Sleep", "Seconds#"),
    ("SecurityContext", "Capabilities*:Capabilities Privileged* SELinuxOptions*:SELinux WindowsOptions* RunAsUser* RunAsGroup* RunAsNonRoot* ReadOnlyRootFilesystem* AllowPrivilegeEscalation* ProcMount* SeccompProfile*:Profile AppArmorProfile*:Profile"),
    ("PodSecurityContext", "HostNetwork? HostPID? HostIPC? ShareProcessNamespace* HostUsers* SELinuxOptions*:SELinux WindowsOptions* RunAsUser* RunAsGroup* RunAsNonRoot* SupplementalGroups* SupplementalGroupsPolicy* FSGroup* FSGroupChangePolicy* Sysctls*:Header SeccompProfile*:Profile AppArmorProfile*:Profile SELinuxChangePolicy*"),
    ("Capabilities", "Add* Drop*"),
    ("SELinux", "User Role Type Level"),
    ("Profile", "Type LocalhostProfile*"),
    ("Affinity", "NodeAffinity*:NodeAffinity PodAffinity*:PodAffinity PodAntiAffinity*:PodAffinity"),
    ("NodeAffinity", "RequiredDuringSchedulingIgnoredDuringExecution*:NodeSelector PreferredDuringSchedulingIgnoredDuringExecution*:PreferredTerm"),
    ("NodeSelector", "NodeSelectorTerms*:NodeTerm"),
    ("NodeTerm", "MatchExpressions*:NodeRequirement MatchFields*:NodeRequirement"),
    ("NodeRequirement", "Key Operator Values*"),
    ("PreferredTerm", "Weight# Preference:NodeTerm"),
    ("PodAffinity", "RequiredDuringSchedulingIgnoredDuringExecution*:PodTerm PreferredDuringSchedulingIgnoredDuringExecution*:WeightedPodTerm"),
    ("WeightedPodTerm", "Weight# PodAffinityTerm:PodTerm"),
    ("PodTerm", "LabelSelector* Namespaces* TopologyKey NamespaceSelector* MatchLabelKeys* MismatchLabelKeys*"),
    ("Toleration", "Key Operator Value Effect TolerationSeconds*"),
    ("HostAlias", "IP Hostnames*"),
    ("DNSConfig", "Nameservers* Searches* Options*:DNSOption"),
    ("DNSOption", "Name Value*"),
    ("ReadinessGate", "ConditionType"),
    ("Spread", "MaxSkew# TopologyKey WhenUnsatisfiable LabelSelector* MinDomains* NodeAffinityPolicy* NodeTaintsPolicy* MatchLabelKeys*"),
    ("PodResourceClaim", "Name ResourceClaimName* ResourceClaimTemplateName*"),
    ("SchedulingGroup", "PodGroupName*"),
    ("PersistentVolumeClaimSpec", "AccessModes* Selector* Resources:VolumeResources VolumeName StorageClassName* VolumeMode* DataSource*:TypedReference DataSourceRef*:TypedObjectReference VolumeAttributesClassName*"),
    ("StatefulSetUpdateStrategy", "Type RollingUpdate*:StatefulSetRollingUpdate"),
    ("StatefulSetRollingUpdate", "Partition# MaxUnavailable*"),
    ("PodDisruptionBudgetSpec", "MinAvailable* Selector* MaxUnavailable* UnhealthyPodEvictionPolicy*"),
    ("VolumeResources", "Limits* Requests*"),
    ("TypedReference", "APIGroup* Kind Name"),
    ("TypedObjectReference", "APIGroup* Kind Name Namespace*"),
    ("PersistentVolumeSource", "GCEPersistentDisk* AWSElasticBlockStore* HostPath*:HostPath Glusterfs* NFS*:NFS RBD* Quobyte* ISCSI* FlexVolume* Cinder* CephFS* FC* Flocker* AzureFile* VsphereVolume* AzureDisk* PhotonPersistentDisk* PortworxVolume* ScaleIO* Local*:Local StorageOS* CSI*:PersistentCSI"),
    ("Local", "Path FSType*"),
    ("PersistentCSI", "Driver VolumeHandle ReadOnly? FSType VolumeAttributes* ControllerPublishSecretRef* NodeStageSecretRef* NodePublishSecretRef* ControllerExpandSecretRef* NodeExpandSecretRef*"),
];

/// Names that are written otherwise in JSON than by making their first word small.
const JSON_NAMES: &[(&str, &str)] = &[("CephFS", "cephfs"), ("StorageOS", "storageos")];
/// What the API has in the spec of a Pod and upstream inside in its security context.
const HOST_FIELDS: &[&str] = &["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/// A message, and under it how an internal struct of that name would change.
pub(super) fn with_difference(message: &str, name: &str, old: &Value, new: &Value) -> String {
    format!("{message}\n{}", unified_diff(&lines(name, old), &lines(name, new)))
}

/// The lines of a value of an internal struct, as `json.MarshalIndent(value, "", " ")` makes them.
fn lines(name: &str, value: &Value) -> Vec<String> {
    let mut writer = Writer { text: String::new(), compact: false };
    writer.write(name, value);
    writer.text.lines().map(str::to_owned).collect()
}

/// A value of an internal struct as `json.Marshal` makes it.
pub(crate) fn compact(name: &str, value: &Value) -> String {
    let mut writer = Writer { text: String::new(), compact: true };
    writer.write(name, value);
    writer.text
}

fn with_host_fields(spec: &Value) -> Value {
    let mut spec = spec.as_object().cloned().unwrap_or_default();
    let mut context = match spec.remove("securityContext") {
        Some(Value::Object(context)) => context,
        _ => Map::new(),
    };
    for field in HOST_FIELDS {
        context.extend(spec.remove(field).map(|value| ((*field).to_owned(), value)));
    }
    spec.insert("securityContext", context.into());
    spec.into()
}

/// Writes JSON, with or without white space.
struct Writer {
    text: String,
    compact: bool,
}

impl Writer {
    fn write(&mut self, name: &str, value: &Value) {
        match name {
            "PodSpec" => self.structure(name, &with_host_fields(value), 0),
            // The metadata are no field of their own.
            "PodTemplateSpec" => {
                self.text.push('{');
                for (index, (key, value)) in value["metadata"].as_object().into_iter().flatten().enumerate() {
                    self.entry(index, 1, key);
                    self.plain(value, 1);
                }
                let some = value["metadata"].as_object().is_some_and(|metadata| !metadata.is_empty());
                self.entry(usize::from(some), 1, "Spec");
                self.structure("PodSpec", &with_host_fields(&value["spec"]), 1);
                self.end('}', 0);
            }
            // This one is no internal type: it has the names of the API, and leaves out what is empty.
            "LabelSelector" => {
                let parts = ["matchLabels", "matchExpressions"];
                let given = parts.iter().filter(|part| !value[**part].is_null());
                self.text.push('{');
                for (index, part) in given.enumerate() {
                    self.entry(index, 1, part);
                    self.plain(&value[*part], 1);
                }
                self.end('}', 0);
            }
            _ => self.structure(name, value, 0),
        }
    }

    fn structure(&mut self, name: &str, value: &Value, depth: usize) {
        let Some((_, fields)) = STRUCTS.iter().find(|(known, _)| *known == name) else {
            return self.plain(value, depth);
        };
        self.text.push('{');
        for (index, field) in fields.split(' ').enumerate() {
            let (field, inner) = field.split_once(':').unwrap_or((field, ""));
            let (go_name, zero) = match field.char_indices().next_back() {
                Some((end, mark @ ('*' | '#' | '?'))) => (&field[..end], mark),
                _ => (field, ' '),
            };
            self.entry(index, depth + 1, go_name);
            let found = value.get(json_name(go_name)).filter(|found| !found.is_null());
            match (found, zero, inner) {
                (Some(found), _, inner) => self.value(inner, found, depth + 1),
                (None, '*', _) => self.text.push_str("null"),
                (None, '#', _) if go_name == "Divisor" => self.text.push_str("\"0\""),
                (None, '#', _) => self.text.push('0'),
                (None, '?', _) => self.text.push_str("false"),
                (None, _, "") => self.text.push_str("\"\""),
                (None, _, inner) => self.structure(inner, &Value::Null, depth + 1),
            }
        }
        self.end('}', depth);
    }

    /// A struct, or a list of such.
    fn value(&mut self, inner: &str, value: &Value, depth: usize) {
        match value {
            Value::Array(items) if !items.is_empty() && !inner.is_empty() => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.structure(inner, item, depth + 1);
                }
                self.end(']', depth);
            }
            Value::Object(_) if !inner.is_empty() => self.structure(inner, value, depth),
            other => self.plain(other, depth),
        }
    }

    /// What has the same form inside: maps, and lists of strings and numbers.
    fn plain(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Array(items) if !items.is_empty() => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.plain(item, depth + 1);
                }
                self.end(']', depth);
            }
            Value::Object(map) if !map.is_empty() => {
                self.text.push('{');
                for (index, (key, value)) in map.iter().enumerate() {
                    self.entry(index, depth + 1, key);
                    self.plain(value, depth + 1);
                }
                self.end('}', depth);
            }
            Value::String(string) => self.text.push_str(&go_string(string)),
            other => self.text.push_str(&other.to_string()),
        }
    }

    fn entry(&mut self, index: usize, depth: usize, key: &str) {
        self.separate(index, depth);
        self.text.push_str(&go_string(key));
        self.text.push_str(if self.compact { ":" } else { ": " });
    }

    fn separate(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.new_line(depth);
    }

    fn end(&mut self, bracket: char, depth: usize) {
        self.new_line(depth);
        self.text.push(bracket);
    }

    fn new_line(&mut self, depth: usize) {
        if !self.compact {
            self.text.push('\n');
            self.text.push_str(&" ".repeat(depth));
        }
    }
}

/// A string as Go's encoder writes it, which is careful about HTML.
fn go_string(string: &str) -> String {
    let quoted = Value::from(string).to_string();
    quoted.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// `HTTPGet` is `httpGet`, `DNSPolicy` is `dnsPolicy`, `TTY` is `tty`.
fn json_name(go_name: &str) -> String {
    if let Some((_, name)) = JSON_NAMES.iter().find(|(known, _)| *known == go_name) {
        return (*name).to_owned();
    }
    let capitals = go_name.chars().take_while(char::is_ascii_uppercase).count();
    let small = if capitals <= 1 || capitals == go_name.len() { capitals } else { capitals - 1 };
    format!("{}{}", go_name[..small].to_ascii_lowercase(), &go_name[small..])
}

#[cfg(test)]
mod tests {
    use crate::base::json;

    use super::*;

    #[test]
    fn every_named_struct_is_known_and_names_have_their_json_form() {
        for (_, fields) in STRUCTS {
            for field in fields.split(' ') {
                if let Some((_, inner)) = field.split_once(':') {
                    assert!(STRUCTS.iter().any(|(name, _)| *name == inner), "{inner}");
                }
            }
        }
        for (go, json) in [("SELinuxOptions", "seLinuxOptions"), ("OS", "os"), ("HostPID", "hostPID")] {
            assert_eq!(json_name(go), json);
        }
    }

    #[test]
    fn a_struct_prints_every_field() {
        let probe = json!({"httpGet": {"port": 80, "path": "/<x>"}, "periodSeconds": 5});
        let text = lines("Probe", &probe).join("\n");
        let expected = r#"{
 "Exec": null,
 "HTTPGet": {
  "Path": "/\u003cx\u003e",
  "Port": 80,
  "Host": "",
  "Scheme": "",
  "HTTPHeaders": null
 },
 "TCPSocket": null,
 "GRPC": null,
 "InitialDelaySeconds": 0,
 "TimeoutSeconds": 0,
 "PeriodSeconds": 5,
 "SuccessThreshold": 0,
 "FailureThreshold": 0,
 "TerminationGracePeriodSeconds": null
}"#;
        assert_eq!(text, expected);
        let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Never"}});
        let text = compact("PodTemplateSpec", &template);
        assert!(text.starts_with(r#"{"labels":{"a":"b"},"Spec":{"Volumes":null,"#), "{text}");
    }
}
