//! The hostile inputs of the threat model by their numbers (`h01_…` is H1), and its invariants. What is expected is
//! exact: the code, the reply, the count, and that nothing changed where nothing may change.

mod alipay;
mod amounts;
mod authenticity;
mod configuration;
mod invariants;
mod network;
mod parsers;
mod paypal;
mod shop;
mod stand_ins;
mod state;
mod storage;
mod stripe;
mod wechat_pay;
