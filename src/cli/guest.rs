//! `--environment kubeconfig` and `minikube`: a cluster is chosen, confirmed, looked at and connected to.

use std::collections::BTreeSet;

use crate::base::{Output, UserError, display_width, pad_end};
use crate::environment::{
    Environment, External, Lodging, PROFILE, Profile, Target, Terms, Trouble, missing_looks, reach,
};
use crate::lesson::{Language, SAMPLE_IMAGE};
use crate::progress::{Event, Journal};

use super::admission::{Admitted, Guest, move_in, not_confirmed};
use super::args::EnvironmentKind;
use super::minikube_words::explain;
use super::own_minikube::{Host, ask, ask_text, missing, note_of_skew};
use super::wiring::{Ground, Wiring};

impl Wiring<'_> {
    /// Our own minikube profile.
    pub(super) async fn own_minikube(
        &self,
        out: &mut Output,
        journal: &mut Journal,
    ) -> Result<Ground, UserError> {
        let profile = self.profile().ok_or_else(|| missing(self.language))?;
        let host = self.host(&profile);
        let there = host.running(out).await?;
        let files = [profile.kubeconfig().to_owned()];
        if Target::find(&files, Some(PROFILE)).is_err() {
            profile.write_kubeconfig().await.map_err(|trouble| explain(&trouble, self.language))?;
        }
        let target = Target::find(&files, Some(PROFILE))
            .map_err(|_| explain(&Trouble::without_context(), self.language))?;
        let terms = Terms { own: true, whole_cluster: true, recorded: self.recorded(), ..Terms::default() };
        let client = target.client(terms.namespace(), &self.surroundings.environment).await?;
        let version = reach(&target, &client).await?;
        self.warn_of_skew(&version, out)?;
        let folder = self.folders.workspace.with_file_name("sample-app");
        let is_there = self.sample_image()?.is_some() || host.offer_sample_app(&folder, out).await?;
        let sample_image =
            if is_there { self.sample_image()? } else { self.choose_image(&target, out, journal)? };
        let settings = self.tools()?;
        let external = move_in(&target, client, &settings, terms).await?;
        self.on(external, there, sample_image, out, journal).await
    }

    /// A cluster that a kubeconfig names.
    pub(super) async fn guest(&self, out: &mut Output, journal: &mut Journal) -> Result<Ground, UserError> {
        let (target, picked) = self.chosen(out)?;
        let learner = self.folders.learner();
        let guest = Guest {
            surroundings: self.surroundings,
            language: self.language,
            word: &learner,
            knows: self.learn.i_know,
        };
        let Admitted { target, client, version, lodging } = guest.admit(target).await?;
        self.confirm(&target, &version, &lodging.namespace, picked, out, journal)?;
        self.tell_of_looks(&client, out).await?;
        self.warn_of_skew(&version, out)?;
        let sample_image = self.choose_image(&target, out, journal)?;
        let terms = Terms {
            own: false,
            whole_cluster: target.guess.is_disposable() || self.learn.i_know,
            remove_at_end: !self.interactive,
            recorded: self.recorded(),
            lodging,
            trial: Some(sample_image.clone().unwrap_or_else(|| SAMPLE_IMAGE.to_owned())),
        };
        let settings = self.tools()?;
        let external = move_in(&target, client, &settings, terms).await?;
        let resumed = external.is_resumed();
        self.on(external, resumed, sample_image, out, journal).await
    }

    /// Offers at the end of a session to put back what can be put back.
    ///
    /// # Errors
    /// When the cluster or minikube cannot do it.
    pub(super) async fn offer_end(&self, out: &mut Output) -> Result<(), UserError> {
        match self.learn.environment {
            EnvironmentKind::Embedded => Ok(()),
            EnvironmentKind::Minikube => match self.profile() {
                Some(profile) => self.host(&profile).offer_end(out).await,
                None => Ok(()),
            },
            EnvironmentKind::Kubeconfig => self.offer_to_clean_up(out).await,
        }
    }

    async fn offer_to_clean_up(&self, out: &mut Output) -> Result<(), UserError> {
        let question = self.language.either("Remove what the lessons made on this cluster? You would begin this chapter anew next time. [y/N]",
            "이 클러스터에서 수업이 만든 것을 지울까요? 지우면 다음에는 이 장을 처음부터 시작합니다. [y/N]",
        );
        if !ask(out, self.theme, question, false)? {
            return Ok(());
        }
        let settings = self.tools()?;
        let target = Target::find(std::slice::from_ref(&settings.kubeconfig), None)?;
        let folder = self.folders.state.as_deref();
        let entries = folder.map(Journal::entries).unwrap_or_default();
        let namespace = target.namespace.clone().unwrap_or_default();
        let terms = Terms {
            recorded: recorded_in(entries.iter().map(|entry| &entry.event)),
            lodging: Lodging::again(&namespace, &self.folders.learner()),
            ..Terms::default()
        };
        let client = target.client(terms.namespace(), &self.surroundings.environment).await?;
        let external =
            Environment::External(Box::new(External::connect(&target, client, &settings, terms).await?));
        let (ours, _) = external.removal().await?;
        let others = external.clean_up().await?;
        if !ours.is_empty() {
            self.say(out, &format!("{}: {}", self.language.either("Removed", "삭제함"), ours.join(", ")))?;
        }
        if !others.is_empty() {
            let text = self.language.either("Not ours, and left there", "우리 것이 아니어서 남겨 둠");
            self.say(out, &format!("{text}: {}", others.join(", ")))?;
        }
        Ok(())
    }

    fn profile(&self) -> Option<Profile> {
        let kubeconfig = self.folders.kubeconfig().with_file_name("minikube.kubeconfig");
        let own = self.surroundings.executable.as_deref();
        Profile::find(&self.surroundings.environment, own, &kubeconfig)
    }

    fn host<'a>(&self, profile: &'a Profile) -> Host<'a> {
        Host {
            profile,
            language: self.language,
            theme: self.theme,
            interactive: self.interactive,
            may_start: self.learn.start,
        }
    }

    fn recorded(&self) -> BTreeSet<String> {
        recorded_in(self.entries.iter().map(|entry| &entry.event))
    }

    /// The context that was named, or one that the learner picks from the list by typing its name.
    fn chosen(&self, out: &mut Output) -> Result<(Target, bool), UserError> {
        let files = self.surroundings.kubeconfig();
        if let Some(name) = &self.learn.context {
            return Ok((Target::find(&files, Some(name))?, false));
        }
        if !self.interactive {
            let target = Target::find(&files, None)?;
            return Err(not_confirmed(&target));
        }
        let all = Target::all(&files)?;
        for line in table(&all, self.language) {
            self.say_as_it_is(out, &line)?;
        }
        let question = self
            .language
            .either("Which context? Type its name:", "어느 컨텍스트에서 할까요? 이름을 입력하세요:");
        let typed = ask_text(out, self.theme, question)?;
        Ok((Target::find(&files, Some(&typed))?, true))
    }

    /// Lets the learner confirm a context by typing its name, unless that was done before for this very cluster.
    fn confirm(
        &self,
        target: &Target,
        version: &str,
        namespace: &str,
        picked: bool,
        out: &mut Output,
        journal: &mut Journal,
    ) -> Result<(), UserError> {
        let Target { server, context, fingerprint, guess, .. } = target;
        let event = Event::ContextConfirmed { context: context.clone(), fingerprint: fingerprint.clone() };
        if self.entries.iter().any(|entry| entry.event == event) {
            return Ok(());
        }
        if self.interactive {
            let guess = guess.name();
            let (where_it_runs, ask) = match self.language {
                Language::En => (
                    format!(
                        "Lessons will run on the cluster at {server} (context {context}; {guess}, Kubernetes {version}), \
                         in a namespace of their own named {namespace}. Nothing else on it is touched."
                    ),
                    "Type the context's name to confirm:",
                ),
                Language::Ko => (
                    format!(
                        "수업은 {server} 클러스터(컨텍스트 {context}, {guess}, 쿠버네티스 {version})에서, {namespace}라는 전용 \
                         네임스페이스 안에서 진행됩니다. 그 밖의 것은 건드리지 않습니다."
                    ),
                    "확인하려면 컨텍스트 이름을 입력하세요:",
                ),
            };
            self.say(out, &where_it_runs)?;
            if !picked && ask_text(out, self.theme, ask)? != *context {
                return Err(UserError::new(
                    self.language.either("the context was not confirmed", "컨텍스트를 확인하지 않았습니다"),
                )
                .hint(
                    self.language
                        .either("nothing was changed on the cluster", "클러스터에서 바뀐 것은 없습니다"),
                ));
            }
        }
        journal.append(&event)
    }

    /// Says what single steps need to see here and the learner may not.
    async fn tell_of_looks(&self, client: &kube::Client, out: &mut Output) -> Result<(), UserError> {
        let missing: Vec<String> = missing_looks(client).await?.iter().map(ToString::to_string).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let listed = missing.join(", ");
        let note = match self.language {
            Language::En => format!(
                "note: you may not do this here: {listed}. Steps that need it cannot be done on this cluster; \
                 `goto` leads to the next."
            ),
            Language::Ko => format!(
                "note: 이 클러스터에서 허용되지 않은 것: {listed}. 그것이 필요한 단계는 여기서 할 수 없습니다. \
                 `goto`로 다음 단계로 갈 수 있습니다."
            ),
        };
        self.say(out, &note)
    }

    fn warn_of_skew(&self, version: &str, out: &mut Output) -> Result<(), UserError> {
        note_of_skew(version, self.language).map_or(Ok(()), |note| self.say(out, &note))
    }

    fn say_as_it_is(&self, out: &mut Output, line: &str) -> Result<(), UserError> {
        use crate::base::ResultExt;
        out.line(line).while_doing(|| "cannot print".to_owned())
    }
}

/// Uids of what the journal says was made.
fn recorded_in<'a>(events: impl Iterator<Item = &'a Event>) -> BTreeSet<String> {
    let uids = events.filter_map(|event| match event {
        Event::ObjectMade { uid, .. } => Some(uid.clone()),
        _ => None,
    });
    uids.collect()
}

/// The contexts as a table.
pub(super) fn table(targets: &[Target], language: Language) -> Vec<String> {
    let heads = match language {
        Language::En => ["CONTEXT", "WHAT", "NAMESPACE", "SERVER"],
        Language::Ko => ["컨텍스트", "종류", "네임스페이스", "서버"],
    };
    let mut rows: Vec<[String; 4]> = vec![heads.map(str::to_owned)];
    rows.extend(targets.iter().map(|target| {
        let mark = if target.is_current { "* " } else { "  " };
        [
            format!("{mark}{}", target.context),
            target.guess.name().to_owned(),
            target.namespace.clone().unwrap_or_else(|| "default".to_owned()),
            target.server.clone(),
        ]
    }));
    rows[0][0] = format!("  {}", rows[0][0]);
    let widths: Vec<usize> =
        (0..4).map(|column| rows.iter().map(|row| display_width(&row[column])).max().unwrap_or(0)).collect();
    let line = |row: &[String; 4]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| pad_end(cell, *width)).collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}
