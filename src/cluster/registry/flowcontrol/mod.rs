//! Rules of the kinds of the flowcontrol.apiserver.k8s.io group.

mod flow_schema;
mod priority_level;

pub(super) use flow_schema::FlowSchemaStrategy;
pub(super) use priority_level::PriorityLevelConfigurationStrategy;
