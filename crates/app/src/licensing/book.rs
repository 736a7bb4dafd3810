//! What a sale moves: the price divided by the rates it was quoted at, the payees paid by the
//! sheet in force, or the clip time kept until it is used.

use domain::bundle_cut::CutBundle;
use domain::extras::{Curated, curate_within};
use domain::journal::{self, Taken};
use domain::{BundleId, LineKind, TrackId};
use ledger::{JournalDraft, Money};
use store::db::Tx;

use super::sale::{NewBundle, Sale};
use super::sandbox;
use crate::accounts::booking::{self, Booking, By};
use crate::accounts::holds::{self, Held};
use crate::accounts::sheets;
use crate::{App, Call, Fault};

impl Sale {
    /// How the price is divided, by the rates it was quoted at. Its commission is what the store
    /// keeps beside a curator.
    pub(super) fn split(&self, app: &App) -> Result<Curated, Fault> {
        let rates = self.option.rates(&app.settings.rates);
        let rates = match self.paid_from {
            Some(_) => domain::wallet::without_fee(&rates),
            None => rates,
        };
        let split = domain::split_sale(self.option.before_tax()?, &rates)
            .map_err(Fault::while_("splitting a sale"))?;
        let via = self.option.deal.as_ref().and_then(|deal| deal.via.as_ref());
        curate_within(split, via.map_or(0, |via| via.share_bp))
            .map_err(Fault::while_("taking out a curator's share"))
    }

    /// Who took the money, and whose tax is in it.
    fn taken(&self) -> Result<Taken, Fault> {
        Ok(Taken {
            country: self.option.deal.as_ref().and_then(|deal| deal.country),
            ..sandbox::taken()?
        })
    }

    /// Credits the curator a buyer came by.
    async fn credit_curator(
        &self,
        tx: &mut Tx,
        booking: &mut Booking,
        curator: Money,
    ) -> Result<(), Fault> {
        match self.option.deal.as_ref().and_then(|deal| deal.via.as_ref()) {
            Some(via) if !curator.is_zero() => {
                let purse = booking::purse(tx, via.payee).await?;
                booking.credit_as(LineKind::Curator, purse, Some(self.id), curator.micros())
            }
            _ => Ok(()),
        }
    }

    /// Makes a journal's cash leg the wallet's, where one paid.
    fn post_wallet(&self, draft: &mut JournalDraft, gross: Money) -> Result<(), Fault> {
        match self.paid_from {
            Some(wallet) => journal::post_from_wallet(draft, gross, &sandbox::taken()?, wallet)
                .map_err(Fault::while_("journalling a wallet's payment")),
            None => Ok(()),
        }
    }

    pub(super) async fn book_sale(
        &self,
        app: &App,
        call: &mut Call,
        tx: &mut Tx,
        track: TrackId,
    ) -> Result<(), Fault> {
        let Curated { split, curator } = self.split(app)?;
        let by = By {
            track,
            kind: Some(self.option.asset),
            licence: Some(self.id),
        };
        let sheet = sheets::in_force(tx, track, by.kind, call.now).await?;
        let source = self.id.to_string();
        let taken = self.taken()?;
        let mut draft = journal::sale_draft(&source, &self.option.label, &split, &taken, sheet)
            .map_err(Fault::while_("journalling a sale"))?;
        self.post_wallet(&mut draft, split.gross)?;
        let line = (LineKind::Sale, self.id.bytes());
        let mut booking = Booking::new(draft, line, split.gross.currency());
        booking
            .share(tx, call, by, split.composers.micros())
            .await?;
        self.credit_curator(tx, &mut booking, curator).await?;
        booking.write(tx, call).await?;
        let held = Held {
            licence: self.id,
            sheet,
            money: split.reserve,
            since: call.now,
            released: None,
        };
        holds::keep(tx, &held).await
    }

    pub(super) async fn book_bundle(
        &self,
        app: &App,
        call: &mut Call,
        tx: &mut Tx,
    ) -> Result<(), Fault> {
        let Curated { split, curator } = self.split(app)?;
        let bundle = BundleId::from_bytes(call.id());
        let source = self.id.to_string();
        let (label, taken) = (&self.option.label, self.taken()?);
        let mut draft = journal::bundle_sale_draft(&source, label, &split, &taken, bundle)
            .map_err(Fault::while_("journalling a bundle"))?;
        self.post_wallet(&mut draft, split.gross)?;
        let line = (LineKind::Curator, self.id.bytes());
        let mut booking = Booking::new(draft, line, split.gross.currency());
        self.credit_curator(tx, &mut booking, curator).await?;
        booking.write(tx, call).await?;
        let unearned = split
            .composers_side()
            .map_err(Fault::while_("adding up the composers' side"))?;
        let until = self.option.envelope.publish_window.until;
        let until = until.unwrap_or_else(|| domain::BundlePlan::expires_at(call.now));
        let bundle = NewBundle {
            bundle: CutBundle {
                id: bundle,
                sold_ms: self.option.bundle_ms.unwrap_or(0),
                sold_micros: unearned.micros(),
                consumed_ms: 0,
                gone_ms: 0,
                gone_micros: 0,
                base_ms: 0,
                base_micros: 0,
                expires_at: until,
            },
            licence: self.id,
            plan: &self.option.offer,
            price: split.gross,
            family: self.family.unwrap_or(*self.id.bytes()),
            gift: None,
        };
        bundle.insert(tx).await
    }
}
