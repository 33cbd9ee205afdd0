//! Whether podlings may work on a cluster that somebody else keeps: what it is called, what stands on it, what one may do there.

use crate::base::UserError;
use crate::environment::{
    External, Lodging, Target, Terms, ToolSettings, missing_rights, reach, signs_in_cluster, signs_in_names,
};
use crate::lesson::Language;

use super::cluster::write_private;
use super::production::refuse_production;
use super::surroundings::Surroundings;

/// Most missing rights that are listed.
const RIGHTS_MAX: usize = 12;

/// A cluster on which podlings may work.
pub(super) struct Admitted {
    pub target: Target,
    pub client: kube::Client,
    /// What it runs: `v1.36.2`.
    pub version: String,
    /// Where on it.
    pub lodging: Lodging,
}

/// Who asks, and how much is known.
pub(super) struct Guest<'a> {
    pub surroundings: &'a Surroundings,
    pub language: Language,
    /// The word for whoever works there.
    pub word: &'a str,
    /// What looks like production is looked at no further.
    pub knows: bool,
}

impl Guest<'_> {
    /// Looks at a cluster and changes nothing.
    ///
    /// # Errors
    /// When it looks like production, does not answer, or does not allow what lessons need.
    pub(super) async fn admit(&self, target: Target) -> Result<Admitted, UserError> {
        if !self.knows {
            refuse_production(&target.context, &signs_in_names(&target), self.language)?;
        }
        let client = target.client("default", &self.surroundings.environment).await?;
        let version = reach(&target, &client).await?;
        if !self.knows {
            refuse_production(&target.context, &signs_in_cluster(&target, &client).await, self.language)?;
        }
        let lodging = Lodging::choose(&client, self.word).await?;
        need_rights(&client, &lodging, self.language).await?;
        Ok(Admitted { target, client, version, lodging })
    }
}

/// Moves in: the learner's tools see this cluster, and what is made there is marked.
///
/// # Errors
/// When the cluster cannot be written to, or a file cannot.
pub(super) async fn move_in(
    target: &Target,
    client: kube::Client,
    settings: &ToolSettings,
    terms: Terms,
) -> Result<External, UserError> {
    write_private(&settings.kubeconfig, &target.session_kubeconfig(terms.namespace())?)?;
    External::connect(target, client, settings, terms).await
}

/// What to say where no context was named.
pub(super) fn not_confirmed(target: &Target) -> UserError {
    UserError::new("no context is confirmed")
        .hint(format!("name it with --context {:?} if lessons may run there", target.context))
}

/// Refuses a cluster where lessons would be refused halfway.
///
/// # Errors
/// With the rights that are missing.
async fn need_rights(client: &kube::Client, lodging: &Lodging, language: Language) -> Result<(), UserError> {
    let missing = missing_rights(client, &lodging.namespace, !lodging.is_there).await?;
    if missing.is_empty() {
        return Ok(());
    }
    let mut listed: Vec<String> = missing.iter().take(RIGHTS_MAX).map(ToString::to_string).collect();
    if missing.len() > RIGHTS_MAX {
        listed.push("…".to_owned());
    }
    let text = language.either(
        "lessons need rights that you do not have on this cluster",
        "이 클러스터에서 수업에 필요한 권한이 없습니다",
    );
    Err(UserError::new(format!("{text}: {}", listed.join(", "))).hint(language.either(
        "ask whoever runs the cluster, or learn on the embedded cluster: podlings learn",
        "클러스터 관리자에게 요청하거나 내장 클러스터에서 배우세요: podlings learn",
    )))
}
