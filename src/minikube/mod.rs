//! stub
use crate::base::Streams;
pub struct Context;
impl Context {
    pub fn new(_c: kube::Client, _plain: bool) -> Self {
        Self
    }
}
pub async fn run(_a: &[String], _s: &mut Streams, _c: &Context) -> i32 {
    0
}
