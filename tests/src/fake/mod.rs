//! Providers that are played: servers on this machine that speak a provider's protocol, keep a book of their own and have
//! every kind of trouble on command. They decide nothing that the core decides.

pub mod server;
pub mod stripe;
pub mod wechatpay;
