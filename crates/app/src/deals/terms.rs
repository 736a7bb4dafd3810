//! The terms of one quote: what decides its money, found once and frozen with it.

use domain::promo::PromoTerms;
use domain::{Country, Offer, PayeeId, Pricing, Rates, Timestamp, TrackId, split_sale};
use ledger::{Currency, Money};
use serde::{Deserialize, Serialize};
use store::db::Tx;

use super::currencies::Sold;
use super::{TermsRefusal, curators, currencies, promos};
use crate::accounts::taxed::{Taxed, taxed};
use crate::{App, Fault, Stop};

/// What a buyer says beside what they want; nothing of it has to be said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Where they are taxed.
    pub country: Option<Country>,
    /// What they pay in; the store's own where not said.
    pub currency: Option<Currency>,
    /// A promotion code.
    pub promo: Option<String>,
    /// The curator whose link they came by.
    pub via: Option<String>,
}

/// What decided the money of an option when it was quoted. A sale goes by it, whatever has been
/// set since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    /// Commission, reserve, fees and tax.
    pub rates: Rates,
    /// The country whose tax it is, where it is one's of the table.
    #[serde(default)]
    pub country: Option<Country>,
    /// The country that the buyer named, whether the table has it or not: a subscription is taxed
    /// by it from then on.
    #[serde(default)]
    pub said: Option<Country>,
    /// A promotion code, and what it took off before tax, in micro-units.
    #[serde(default)]
    pub promo: Option<(String, i64)>,
    /// The curator to be credited.
    #[serde(default)]
    pub via: Option<Via>,
}

/// A curator as a quote keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Via {
    /// Their word.
    pub slug: String,
    /// Who is paid.
    pub payee: PayeeId,
    /// Their share of the net, in basis points, out of the commission.
    pub share_bp: u32,
}

/// What counts for one quote.
pub(crate) struct Terms {
    rates: Rates,
    country: Option<Country>,
    said: Option<Country>,
    sold: Option<Sold>,
    promo: Option<(String, PromoTerms)>,
    via: Option<Via>,
}

impl Terms {
    /// What counts in these circumstances now. Codes are for licences of a track alone: without
    /// one they are refused.
    pub(crate) async fn find(
        app: &App,
        tx: &mut Tx,
        asked: &Circumstances,
        track: Option<TrackId>,
        now: Timestamp,
    ) -> Result<Self, Stop<TermsRefusal>> {
        let base = app.settings.currency;
        let sold = match asked.currency.filter(|wanted| *wanted != base) {
            None => None,
            Some(wanted) => Some(sold_in(tx, base, wanted).await?),
        };
        Self::found(app, tx, asked, (track, sold), now).await
    }

    /// What counts for an upgrade that is paid in this currency: where nothing else is sold in it
    /// any more, by the figures that counted last. Codes are refused.
    pub(crate) async fn of_upgrade(
        app: &App,
        tx: &mut Tx,
        asked: &Circumstances,
        now: Timestamp,
    ) -> Result<Self, Stop<TermsRefusal>> {
        let base = app.settings.currency;
        let sold = match asked.currency.filter(|wanted| *wanted != base) {
            None => None,
            Some(wanted) => match currencies::last(tx, base, wanted).await? {
                None => Some(sold_in(tx, base, wanted).await?),
                last => last,
            },
        };
        Self::found(app, tx, asked, (None, sold), now).await
    }

    async fn found(
        app: &App,
        tx: &mut Tx,
        asked: &Circumstances,
        (track, sold): (Option<TrackId>, Option<Sold>),
        now: Timestamp,
    ) -> Result<Self, Stop<TermsRefusal>> {
        let base = app.settings.currency;
        let Taxed { mut rates, country } = taxed(app, tx, asked.country, now).await?;
        if let Some(sold) = sold {
            rates.provider_fee_fixed_micros = sold.fee_fixed_micros;
        }
        let via = match asked.via.as_deref() {
            None => None,
            Some(word) => curators::via(tx, word).await?,
        };
        let currency = sold.map_or(base, |sold| sold.table.rate.to());
        let promo = match (asked.promo.as_deref(), track) {
            (None, _) => None,
            (Some(word), Some(track)) => Some(promos::find(tx, word, track, currency, now).await?),
            (Some(word), None) => {
                let word = word.chars().take(40).collect();
                return Err(Stop::Refused(TermsRefusal::PromoElsewhere(word)));
            }
        };
        Ok(Self {
            rates,
            country,
            said: asked.country,
            sold,
            promo,
            via,
        })
    }

    /// The rates that count.
    pub(crate) fn rates(&self) -> &Rates {
        &self.rates
    }

    /// What is paid in, where `base` is the store's own currency.
    pub(crate) fn currency(&self, base: Currency) -> Currency {
        self.sold.map_or(base, |sold| sold.table.rate.to())
    }

    /// Is it paid in the store's own currency?
    pub(crate) fn in_base_currency(&self) -> bool {
        self.sold.is_none()
    }

    /// How offers are priced.
    pub(crate) fn pricing(&self) -> Pricing {
        Pricing {
            tax: self.rates.tax,
            country: self.country,
            promo: self.promo.as_ref().map(|(_, terms)| *terms),
        }
    }

    /// A price in the currency that is paid in.
    pub(crate) fn priced(&self, price: Money) -> Result<Money, Fault> {
        let Some(sold) = self.sold else {
            return Ok(price);
        };
        let price = sold.table.price(price);
        price.map_err(Fault::while_("pricing in another currency"))
    }

    /// Says the prices of offers in the currency that is paid in.
    pub(crate) fn price_all(&self, offers: &mut [Offer]) -> Result<(), Fault> {
        for offer in offers {
            offer.price = self.priced(offer.price)?;
        }
        Ok(())
    }

    /// Whether a price before tax can be sold: it bears tax and fee, or is nothing.
    pub(crate) fn sells(&self, before_tax: Money) -> bool {
        before_tax.is_zero() || split_sale(before_tax, &self.rates).is_ok()
    }

    /// What is kept with an option, of whose price a promotion took `off`.
    pub(crate) fn frozen(&self, off: Money) -> Frozen {
        let promo = self.promo.as_ref().filter(|_| !off.is_zero());
        Frozen {
            rates: self.rates,
            country: self.country,
            said: self.said,
            promo: promo.map(|(code, _)| (code.clone(), off.micros())),
            via: self.via.clone(),
        }
    }

    /// Refuses a code that did nothing, or too much, for every option.
    pub(crate) fn promo_serves(&self, applied: bool, sold: bool) -> Result<(), TermsRefusal> {
        match &self.promo {
            Some((code, _)) if !applied => Err(TermsRefusal::PromoElsewhere(code.clone())),
            Some((code, _)) if !sold => Err(TermsRefusal::PromoLeavesTooLittle(code.clone())),
            _ => Ok(()),
        }
    }
}

async fn sold_in(
    tx: &mut Tx,
    base: Currency,
    wanted: Currency,
) -> Result<Sold, Stop<TermsRefusal>> {
    let on_sale = currencies::on_sale(tx, base).await?;
    let found = on_sale.iter().find(|one| one.table.rate.to() == wanted);
    found.copied().ok_or_else(|| {
        let mut codes = vec![base.code()];
        codes.extend(on_sale.iter().map(|one| one.table.rate.to().code()));
        Stop::Refused(TermsRefusal::UnknownCurrency(wanted, codes.join(", ")))
    })
}
