//! The keys of the configuration: names, shipped values, and what they are.

/// The terms that licences are sold under, by version.
const TERMS: &str = "clearcue-2026-01";

/// A key that can be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in `clearcue.toml`; `CLEARCUE_` and the name in capitals in the environment.
    pub name: &'static str,
    /// Its shipped value.
    pub default: &'static str,
    /// What it is, one line.
    pub about: &'static str,
}

const fn key(name: &'static str, default: &'static str, about: &'static str) -> Key {
    Key {
        name,
        default,
        about,
    }
}

/// Every key there is, in the order in which they are shown.
pub const KEYS: [Key; 35] = [
    key(
        "name",
        "Clearcue",
        "the store's name, shown to buyers and in licences",
    ),
    key(
        "public_url",
        "",
        "the address the store is reached at; it stands in every key sold",
    ),
    key(
        "listen",
        "127.0.0.1:8080",
        "the address and port that `serve` listens on",
    ),
    key(
        "behind_proxy",
        "no",
        "yes where a proxy of yours stands before the store: askers' addresses are then those it adds to X-Forwarded-For",
    ),
    key(
        "patience_s",
        "30",
        "how long a client may take to send a request or to take a part of its answer, in seconds",
    ),
    key(
        "connections_max",
        "800",
        "how many connections may be open at once; more wait until one is free",
    ),
    key(
        "database",
        "sqlite:clearcue.db",
        "sqlite:FILE (in the store's folder) or postgres://…",
    ),
    key("currency", "USD", "what licences are sold in, ISO 4217"),
    key(
        "terms",
        TERMS,
        "the version of the terms licences are sold under",
    ),
    key(
        "commission_bp",
        "1500",
        "the store's commission on the net, in basis points",
    ),
    key(
        "reserve_bp",
        "500",
        "held back against chargebacks, in basis points",
    ),
    key(
        "provider_fee_bp",
        "290",
        "the payment provider's share of a charge, in basis points",
    ),
    key(
        "provider_fee_fixed_micros",
        "300000",
        "its fixed fee, in millionths of the currency unit",
    ),
    key(
        "tax",
        "none",
        "none, inclusive:BP or exclusive:BP (2000 basis points are 20 %)",
    ),
    key(
        "seller_name",
        "",
        "who invoices are from; the store's name where it is empty",
    ),
    key(
        "seller_address",
        "",
        "the postal address on invoices, its lines separated by |",
    ),
    key(
        "seller_tax_id",
        "",
        "the tax number on invoices, such as a VAT number",
    ),
    key(
        "reserve_days",
        "90",
        "after how many days what a sale holds back against chargebacks goes to its payees",
    ),
    key(
        "events_days",
        "90",
        "for how many days events are kept for whoever follows the store",
    ),
    key(
        "meter_keep_raw_days",
        "",
        "after how many days raw reports of uses are dropped, 36 or more; they are kept for ever where it is empty",
    ),
    key(
        "sandbox_webhook_secret",
        "",
        "what the sandbox signs its messages with, whsec_ and Base64; none are taken without it",
    ),
    key("mail_by", "folder", "how letters leave: folder, or smtp"),
    key(
        "mail_folder",
        "mails",
        "the folder that letters are written into, in the store's folder",
    ),
    key(
        "mail_from",
        "",
        "the address letters are from; no-reply at the store's host where it is empty",
    ),
    key("mail_host", "", "the mail server's name, for smtp"),
    key("mail_port", "587", "its port"),
    key(
        "mail_security",
        "starttls",
        "starttls, tls, or none for a mail server on this machine",
    ),
    key(
        "mail_user",
        "",
        "whom to sign in as; nobody where it is empty",
    ),
    key("mail_password", "", "the password for that"),
    key(
        "ddex_sender_party_id",
        "",
        "the store's DDEX party id, for reports to the trade; they are off while it is empty",
    ),
    key(
        "ddex_sender_name",
        "",
        "the full name that DDEX knows the store by",
    ),
    key(
        "ddex_recipient_party_id",
        "",
        "the DDEX party id of whoever gets those reports",
    ),
    key("ddex_recipient_name", "", "their full name"),
    key(
        "ddex_message_version",
        "dsrf/30",
        "which versions of the standard the reports say they go by, as agreed with the recipient",
    ),
    key(
        "log",
        LOG,
        "what is logged: error, warn, info, debug, or tracing filters",
    ),
];

/// Other crates' talk is not the store's news.
const LOG: &str = "info,tantivy=warn,sqlx=warn,symphonia=error,lofty=error";
