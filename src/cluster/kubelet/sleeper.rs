//! What a crowded node keeps of Pods and processes at rest: packed text, until somebody looks.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock, OnceLock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::apimachinery::PackedText;

use super::super::runtime::Process;
use super::NodeState;
use super::pod_runtime::PodRuntime;

/// How many Pods there may be before those at rest are kept as text.
const AWAKE_MAX: usize = 12_288;
/// How many Pods each Pod that comes to rest looks at for one that was woken.
const ROUND_STEPS: usize = 2;

/// What can be kept as text.
pub(super) trait Rests: Clone + Serialize + DeserializeOwned + 'static {
    /// What it is, by which texts are alike.
    const KIND: &'static str;

    /// Stands where what is kept as text would stand.
    fn nothing() -> Arc<Self>;
}

impl Rests for PodRuntime {
    const KIND: &'static str = "a Pod on its node";

    fn nothing() -> Arc<Self> {
        static NOTHING: LazyLock<Arc<PodRuntime>> = LazyLock::new(Arc::default);
        Arc::clone(&NOTHING)
    }
}

impl Rests for Process {
    const KIND: &'static str = "a process";

    fn nothing() -> Arc<Self> {
        static NOTHING: LazyLock<Arc<Process>> = LazyLock::new(Arc::default);
        Arc::clone(&NOTHING)
    }
}

/// A value, or its text; a look makes a value of it again, and so it stays until it is laid down anew.
/// Clones share what neither of them changes.
#[derive(Clone, Debug)]
pub(super) struct Sleeper<T> {
    awake: Arc<T>,
    /// The text of one that was laid down and has not been changed since, and what a look at it found.
    asleep: Option<(PackedText, OnceLock<Arc<T>>)>,
}

impl<T> From<T> for Sleeper<T> {
    fn from(value: T) -> Self {
        Self { awake: Arc::new(value), asleep: None }
    }
}

impl<T: Rests> Deref for Sleeper<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.asleep {
            Some((text, found)) => found.get_or_init(|| parsed(text)),
            None => &self.awake,
        }
    }
}

impl<T: Rests> DerefMut for Sleeper<T> {
    fn deref_mut(&mut self) -> &mut T {
        if let Some((text, found)) = self.asleep.take() {
            self.awake = found.into_inner().unwrap_or_else(|| parsed(&text));
        }
        Arc::make_mut(&mut self.awake)
    }
}

/// What was written by us is read again.
fn parsed<T: Rests>(text: &PackedText) -> Arc<T> {
    let value = text.unpacked().and_then(|text| serde_json::from_slice(&text).ok());
    value.map_or_else(T::nothing, Arc::new)
}

impl<T: Rests> Sleeper<T> {
    /// Keeps it as text from now on.
    fn lay_down(&mut self) {
        if let Some((_, found)) = &mut self.asleep {
            found.take();
        } else if let Ok(text) = serde_json::to_string(&*self.awake) {
            self.asleep = Some((PackedText::new(T::KIND, &text), OnceLock::new()));
            self.awake = T::nothing();
        }
    }

    /// Whether somebody has looked since it was laid down.
    fn was_woken(&self) -> bool {
        self.asleep.as_ref().is_some_and(|(_, found)| found.get().is_some())
    }

    /// The value alone, for one look after which what sleeps sleeps on.
    fn glance(&self) -> Arc<T> {
        match &self.asleep {
            Some((text, found)) => found.get().map_or_else(|| parsed(text), Arc::clone),
            None => Arc::clone(&self.awake),
        }
    }
}

impl<T: Rests> Serialize for Sleeper<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.glance().serialize(serializer)
    }
}

impl<'de, T: Rests> Deserialize<'de> for Sleeper<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

impl NodeState {
    /// A Pod has come to rest: where there are many, it and its processes are kept as text.
    pub(super) fn rest(&mut self, slot: &str) {
        if self.pods.len() > AWAKE_MAX {
            self.lay_down(slot);
            for _ in 0..ROUND_STEPS {
                self.lay_down_next();
            }
        }
    }

    fn lay_down(&mut self, slot: &str) {
        let Some(pod) = self.pods.get_mut(slot) else { return };
        let processes = pod.glance();
        pod.lay_down();
        for id in &processes.processes {
            // What sleeps had nothing to wake for; to ask it again would wake it.
            let rests = |process: &Sleeper<Process>| process.asleep.is_some() || process.awake.wake.is_none();
            if let Some(process) = self.processes.get_mut(id).filter(|process| rests(process)) {
                process.lay_down();
            }
        }
    }

    /// Lays down the next Pod that somebody has looked at.
    fn lay_down_next(&mut self) {
        use std::ops::Bound::{Excluded, Unbounded};
        let next = match &self.round {
            Some(slot) => self.pods.range::<_, String>((Excluded(slot), Unbounded)).next(),
            None => self.pods.iter().next(),
        };
        let next = next.map(|(slot, pod)| (slot.clone(), pod.was_woken()));
        if let Some((slot, true)) = &next {
            self.lay_down(slot);
        }
        self.round = next.map(|(slot, _)| slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_laid_down_comes_back_as_it_was() {
        let mut pod = PodRuntime { uid: "u".to_owned(), ..PodRuntime::default() };
        pod.containers.entry("web".to_owned()).or_default().restarts = 3;
        let text = serde_json::to_string(&pod).unwrap();
        let mut sleeper = Sleeper::from(pod);
        sleeper.lay_down();
        let copy = sleeper.clone();
        assert!(!sleeper.was_woken() && sleeper.awake.uid.is_empty());
        assert_eq!(serde_json::to_string(&sleeper).unwrap(), text);
        assert!(!sleeper.was_woken() && sleeper.containers["web"].restarts == 3 && sleeper.was_woken());
        sleeper.lay_down();
        assert!(!sleeper.was_woken());
        sleeper.uid.push('v');
        assert_eq!((sleeper.uid.as_str(), copy.uid.as_str(), sleeper.asleep.is_some()), ("uv", "u", false));
    }
}
