//! What a purchase writes: the licence with its signed token, the payment, the files, the
//! journal, the payees' earnings or the bundle. All in the caller's transaction.

use domain::bundle_cut::CutBundle;
use domain::{AssetKind, Cycle, CycleId, GiftId, LicenceId, PaymentId, TrackId, WalletId};
use ledger::{Currency, Money};
use licence_key::{Asset, Claims, Code, Status};
use store::db::{Tx, Value};

use super::buy::Purchase;
use super::render::AssetFile;
use super::{QuotedOption, sandbox};
use crate::access::Principal;
use crate::accounts::payments::{self, Subject};
use crate::billing::{Bill, Kind, Period, invoice};
use crate::events::{self, Sold};
use crate::subscriptions::open::{self, Opening};
use crate::{App, Call, Fault};

/// A sale about to be written.
pub(crate) struct Sale {
    pub(crate) id: LicenceId,
    /// None for clip time.
    pub(crate) track: Option<TrackId>,
    pub(crate) option: QuotedOption,
    pub(crate) files: Vec<AssetFile>,
    /// The wallet it is paid from; none for a card.
    pub(crate) paid_from: Option<WalletId>,
    /// What clip time is drawn on together with.
    pub(crate) family: Option<[u8; 16]>,
}

/// A bundle about to be written.
pub(crate) struct NewBundle<'a> {
    pub(crate) bundle: CutBundle,
    pub(crate) licence: LicenceId,
    pub(crate) plan: &'a str,
    pub(crate) price: Money,
    pub(crate) family: [u8; 16],
    /// Whose gift it is, where it is one.
    pub(crate) gift: Option<GiftId>,
}

/// The name in the database of what a wallet pays.
const WALLET: &str = "wallet";

impl NewBundle<'_> {
    pub(crate) async fn insert(&self, tx: &mut Tx) -> Result<(), Fault> {
        let values = [
            self.bundle.id.bytes().into(),
            self.licence.bytes().into(),
            self.plan.into(),
            self.price.currency().code().into(),
            self.price.micros().into(),
            self.bundle.sold_micros.into(),
            self.bundle.sold_ms.into(),
            self.bundle.expires_at.0.into(),
            (&self.family).into(),
            self.gift.map(|gift| gift.bytes().to_vec()).into(),
        ];
        tx.run(INSERT_BUNDLE, &values).await?;
        Ok(())
    }
}

/// What the names in a licence are made of.
struct Names {
    title: String,
    artist: String,
}

impl Sale {
    /// Writes all of it.
    pub(super) async fn write(
        self,
        app: &App,
        call: &mut Call,
        tx: &mut Tx,
        who: &Principal,
        purchase: &Purchase,
    ) -> Result<(), Fault> {
        let cycle = self
            .option
            .is_pool()
            .then(|| CycleId::from_bytes(call.id()));
        let subject = cycle.map_or(Subject::Licence(self.id), Subject::Subscription);
        let payment = self.pay(call, tx, subject).await?;
        self.issue(app, call, tx, who, purchase, payment).await?;
        events::sold(tx, call.now, &self.told(who, payment)).await?;
        let Some(payment) = payment else {
            // What costs nothing moves no money.
            return Ok(());
        };
        match (self.track, cycle) {
            (_, Some(cycle)) => {
                let deal = self.option.deal.as_ref();
                let opening = Opening {
                    licence: self.id,
                    plan: &self.option.offer,
                    price: self.option.before_tax()?,
                    split: self.split(app)?.split,
                    taxed_in: deal.and_then(|deal| deal.country),
                    country: deal.and_then(|deal| deal.said),
                    card: &purchase.card,
                    cycle,
                    payment,
                };
                open::open(call, tx, &opening).await?;
            }
            (Some(track), None) => self.book_sale(app, call, tx, track).await?,
            (None, None) => self.book_bundle(app, call, tx).await?,
        }
        let (bill, total) = (self.bill(app, call)?, self.option.total()?);
        invoice::draw(app, call, tx, (payment, self.id, total), &bill).await
    }

    /// What its event says.
    fn told<'a>(&'a self, who: &'a Principal, payment: Option<PaymentId>) -> Sold<'a> {
        Sold {
            licence: self.id,
            payment,
            track: self.track,
            buyer: who,
            offer: &self.option.offer,
            price_micros: self.option.total_micros,
            currency: &self.option.currency,
        }
    }

    /// What its invoice says: the price as it was explained, and the tax as it is booked.
    fn bill(&self, app: &App, call: &Call) -> Result<Bill, Fault> {
        let option = &self.option;
        let period = option.is_pool().then(|| {
            let cycle = Cycle::nth(call.now, 0);
            Period {
                plan: Some(option.offer.clone()),
                from: cycle.start,
                until: cycle.end,
            }
        });
        Ok(Bill {
            kind: period.as_ref().map_or(Kind::Licence, |_| Kind::SignUp),
            period,
            lines: option.lines.clone(),
            tax: self.split(app)?.split.tax,
            country: option.deal.as_ref().and_then(|deal| deal.country),
            tax_label: option.tax_included.as_ref().map(|line| line.label.clone()),
        })
    }

    /// Writes the licence alone: what it was paid by is there already.
    pub(crate) async fn issue(
        &self,
        app: &App,
        call: &mut Call,
        tx: &mut Tx,
        who: &Principal,
        purchase: &Purchase,
        payment: Option<PaymentId>,
    ) -> Result<(), Fault> {
        let names = self.names(tx).await?;
        let code = Code::from_random(|| call.random());
        let index = tx.one(NEXT_STATUS, &[]).await?.int("next_no")? - 1;
        let claims = self.claims(app, call, code, index, &names)?;
        let key = app.issuer.signer(call.now);
        let key = key.ok_or_else(|| Fault::because("signing", "there is no signing key"))?;
        let token = licence_key::sign(&claims, &key).map_err(Fault::while_("signing a licence"))?;
        self.insert(
            call, tx, who, purchase, &names, &claims, &token, payment, index,
        )
        .await?;
        tx.run(
            INSERT_LICENSEE,
            &[
                self.id.bytes().into(),
                purchase.licensee.trim().into(),
                purchase.email.as_deref().into(),
            ],
        )
        .await?;
        for (position, (file, claim)) in self.files.iter().zip(&claims.assets).enumerate() {
            self.insert_file(tx, position, file, &claim.file).await?;
        }
        Ok(())
    }

    async fn names(&self, tx: &mut Tx) -> Result<Names, Fault> {
        let Some(track) = self.track else {
            return Ok(Names {
                title: self.option.label.clone(),
                artist: String::new(),
            });
        };
        let row = tx.one(NAMES, &[track.bytes().into()]).await?;
        Ok(Names {
            title: row.text("title")?,
            artist: row.text("artist")?,
        })
    }

    fn claims(
        &self,
        app: &App,
        call: &Call,
        code: Code,
        index: i64,
        names: &Names,
    ) -> Result<Claims, Fault> {
        let asset = |file: &AssetFile| Asset {
            id: file.id.to_string(),
            kind: file.kind.code().to_owned(),
            title: names.title.clone(),
            artist: names.artist.clone(),
            file: file_name(&names.artist, &names.title, file, code),
            sha256: file.essence.clone(),
        };
        let envelope = serde_json::to_value(&self.option.envelope)
            .map_err(Fault::while_("writing an envelope"))?;
        let mut claims = Claims {
            iss: app.settings.public_url.clone(),
            jti: self.id.to_string(),
            code,
            sub: app.issuer.pseudonym(self.id),
            iat: call.now.0.div_euclid(1000),
            // A video published in the window stays covered for ever, so the key doesn't end
            // with the window; the window stands in the envelope.
            exp: None,
            assets: self.files.iter().map(asset).collect(),
            envelope: serde_json::Value::Null,
            envelope_sha256: String::new(),
            terms: app.settings.terms.clone(),
            status: u64::try_from(index)
                .ok()
                .map(|i| Status::list(app.settings.status_list(), i)),
        };
        claims
            .freeze(envelope)
            .map_err(Fault::while_("freezing an envelope"))?;
        Ok(claims)
    }

    /// What was captured; nothing where it is free.
    async fn pay(
        &self,
        call: &mut Call,
        tx: &mut Tx,
        subject: Subject,
    ) -> Result<Option<PaymentId>, Fault> {
        if self.option.total_micros == 0 {
            return Ok(None);
        }
        let currency = Currency::from_code(&self.option.currency)
            .map_err(Fault::while_("reading a quote's currency"))?;
        let money = Money::new(self.option.total_micros, currency);
        let reference = self.id.to_string();
        let provider = self.paid_from.map_or(sandbox::NAME, |_| WALLET);
        let paid = payments::record(tx, call, (provider, &reference), money, subject);
        paid.await.map(Some)
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row of many columns, written once"
    )]
    async fn insert(
        &self,
        call: &Call,
        tx: &mut Tx,
        who: &Principal,
        purchase: &Purchase,
        names: &Names,
        claims: &Claims,
        token: &str,
        payment: Option<PaymentId>,
        index: i64,
    ) -> Result<(), Fault> {
        let buyer = match who {
            Principal::Person(person) => Some(person.id.bytes().to_vec()),
            Principal::Program(key) => Some(key.id.bytes().to_vec()),
            Principal::Guest => None,
        };
        let option = &self.option;
        let json =
            |v: Result<String, serde_json::Error>| v.map_err(Fault::while_("writing a licence"));
        let hash = data_encoding::HEXLOWER
            .decode(claims.envelope_sha256.as_bytes())
            .map_err(Fault::while_("reading an envelope's hash"))?;
        let values: [Value; 21] = [
            self.id.bytes().into(),
            claims.code.plain().into(),
            purchase.quote.bytes().into(),
            payment.map(|id| id.bytes().to_vec()).into(),
            buyer.into(),
            self.track.map(|t| t.bytes().to_vec()).into(),
            option.asset.code().into(),
            option.tier.as_str().into(),
            option.label.as_str().into(),
            option.total_micros.into(),
            option.currency.as_str().into(),
            json(serde_json::to_string(&option.lines))?.into(),
            json(serde_json::to_string(&option.envelope))?.into(),
            hash.into(),
            token.into(),
            index.into(),
            call.now.0.into(),
            names.title.as_str().into(),
            names.artist.as_str().into(),
            (option.value_micros.unwrap_or(option.before_tax_micros)).into(),
            option.stem.as_deref().into(),
        ];
        tx.run(INSERT_LICENCE, &values).await?;
        Ok(())
    }

    async fn insert_file(
        &self,
        tx: &mut Tx,
        position: usize,
        file: &AssetFile,
        name: &str,
    ) -> Result<(), Fault> {
        let essence = data_encoding::HEXLOWER
            .decode(file.essence.as_bytes())
            .map_err(Fault::while_("reading an essence hash"))?;
        let values = [
            self.id.bytes().into(),
            i64::try_from(position).unwrap_or(i64::MAX).into(),
            file.id.bytes().into(),
            name.into(),
            file.blob.bytes().into(),
            file.format.as_str().into(),
            essence.into(),
        ];
        tx.run(INSERT_FILE, &values).await?;
        Ok(())
    }
}

/// Whether this can stand on a licence as its holder's name.
pub(crate) fn is_licensee(name: &str) -> bool {
    let name = name.trim();
    (1..=120).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && name.parse::<domain::Line>().is_ok()
}

/// `artist - title (cut 15s) [7K3M9-QXD4T-0RWPD].wav`: file names survive every editor.
pub(super) fn file_name(artist: &str, title: &str, file: &AssetFile, code: Code) -> String {
    let part = match file.kind {
        AssetKind::FullMix => String::new(),
        AssetKind::Stem => format!("stem {}", file.name),
        kind => match kind.cut_ms() {
            Some(ms) => format!("cut {}s", ms / 1000),
            None => file.name.clone(),
        },
    };
    domain::file_name(artist, title, &part, &code.to_string(), &file.format)
}

const NEXT_STATUS: &str =
    "update counters set next_no = next_no + 1 where name = 'status_index' returning next_no";

const NAMES: &str = "
    select t.title, a.name as artist
      from tracks t join artists a on a.id = t.artist_id
     where t.id = $1";

const INSERT_LICENCE: &str = "
    insert into licences (id, code, quote_id, payment_id, buyer_id, track_id, asset_kind, tier,
                          label, price_micros, currency, price_lines, envelope, envelope_sha256,
                          token, status, status_index, issued_ms, title, artist, value_micros,
                          stem)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'valid', $16, $17,
            $18, $19, $20, $21)";

const INSERT_LICENSEE: &str = "insert into licensees (licence_id, name, email) values ($1, $2, $3)";

const INSERT_FILE: &str = "
    insert into licence_files (licence_id, position, asset_id, name, blob, format, essence_sha256)
    values ($1, $2, $3, $4, $5, $6, $7)";

const INSERT_BUNDLE: &str = "
    insert into bundles (id, licence_id, plan, currency, price_micros, unearned_micros, total_ms,
                         consumed_ms, expires_ms, family, gift_id)
    values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)";
