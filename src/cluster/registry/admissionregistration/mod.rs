//! Rules of the kinds of the admissionregistration.k8s.io group.

mod policies;
mod rules;
mod typing;
mod validation;
mod webhooks;

pub(super) use policies::{
    MutatingPolicyBindingStrategy, MutatingPolicyStrategy, ValidatingPolicyBindingStrategy,
    ValidatingPolicyStrategy,
};
pub(crate) use typing::expression_warnings;
pub(super) use webhooks::{MutatingWebhookStrategy, ValidatingWebhookStrategy};

#[cfg(test)]
mod tests;
