//! SEPA credit transfers as ISO 20022 pain.001.001.09, with structured towns and countries.

use ledger::{Currency, Money};

use super::destination::Account;
use super::latin::latin;
use crate::id::{PayoutBatchId, PayoutId};
use crate::time::Timestamp;

/// One transfer.
#[derive(Clone, Copy, Debug)]
pub struct Transfer<'a> {
    /// The payout; its id is the end-to-end reference.
    pub payout: PayoutId,
    /// How much arrives.
    pub amount: Money,
    /// Where.
    pub to: &'a Account,
    /// What the payee reads on their statement.
    pub about: &'a str,
}

/// A file of transfers from the store's account, to be carried out on the day it is made.
/// The same input makes the same bytes.
#[must_use]
pub fn file(
    id: PayoutBatchId,
    made_at: Timestamp,
    from: &Account,
    transfers: &[Transfer<'_>],
) -> String {
    let sum: i128 = transfers
        .iter()
        .map(|one| i128::from(one.amount.micros()))
        .sum();
    let totals = format!(
        "<NbOfTxs>{}</NbOfTxs><CtrlSum>{}</CtrlSum>",
        transfers.len(),
        decimal(sum)
    );
    let name = latin(&from.name, 70);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\">\n\
         <CstmrCdtTrfInitn>\n\
         <GrpHdr><MsgId>{id}</MsgId><CreDtTm>{}</CreDtTm>{totals}\
         <InitgPty><Nm>{name}</Nm></InitgPty></GrpHdr>\n\
         <PmtInf><PmtInfId>{id}</PmtInfId><PmtMtd>TRF</PmtMtd>{totals}\
         <PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>\
         <ReqdExctnDt><Dt>{}</Dt></ReqdExctnDt>\n\
         <Dbtr>{}</Dbtr><DbtrAcct>{}</DbtrAcct><DbtrAgt>{}</DbtrAgt><ChrgBr>SLEV</ChrgBr>\n",
        made_at,
        made_at.day(),
        party(from),
        account(from),
        bank(from).unwrap_or_else(|| {
            "<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>".to_owned()
        }),
    );
    for one in transfers {
        xml.push_str(&transfer(one));
    }
    xml.push_str("</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n");
    xml
}

fn transfer(one: &Transfer<'_>) -> String {
    let agent = bank(one.to).map(|bank| format!("<CdtrAgt>{bank}</CdtrAgt>"));
    format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{}</EndToEndId></PmtId>\
         <Amt><InstdAmt Ccy=\"{}\">{}</InstdAmt></Amt>{}\
         <Cdtr>{}</Cdtr><CdtrAcct>{}</CdtrAcct>\
         <RmtInf><Ustrd>{}</Ustrd></RmtInf></CdtTrfTxInf>\n",
        one.payout,
        one.amount.currency(),
        decimal(i128::from(one.amount.micros())),
        agent.unwrap_or_default(),
        party(one.to),
        account(one.to),
        latin(one.about, 140),
    )
}

fn party(of: &Account) -> String {
    format!(
        "<Nm>{}</Nm><PstlAdr><TwnNm>{}</TwnNm><Ctry>{}</Ctry></PstlAdr>",
        latin(&of.name, 70),
        latin(&of.town, 35),
        of.country
    )
}

fn account(of: &Account) -> String {
    format!("<Id><IBAN>{}</IBAN></Id>", of.iban)
}

fn bank(of: &Account) -> Option<String> {
    let bic = of.bic.as_ref()?;
    Some(format!("<FinInstnId><BICFI>{bic}</BICFI></FinInstnId>"))
}

/// Euro with two decimals. Payouts are whole minor units, so nothing is cut off.
fn decimal(micros: i128) -> String {
    let cents = micros / i128::from(Currency::EUR.minor_unit_micros());
    format!("{}.{:02}", cents / 100, cents % 100)
}
