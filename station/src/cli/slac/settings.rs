//! `--set KEY=VALUE`: the settings of the engines by name.

use slac::attenuation::{Decibel, GROUPS};
use slac::modem::{Make, Modem, SetKeyResult};
use slac::{LinkReport, Timer, Timing, ev, evse};
use std::time::Duration;

pub(super) const HELP: &str = "\
Settings of both roles (--set):
  modem=automatic|qualcomm|lumissil|generic|immediate
                            what stands behind the interface (automatic); immediate: a line that connects by itself
  setkey=1|0|any            which result of CM_SET_KEY.CNF means that the key is set, if not what the make means
  link=own|qualcomm|lumissil|discovery|none
                            how the modem tells about its link (own: as its make does); none: up as soon as matched
  cco=0..255                coordinator capability in CM_SET_KEY.REQ
  restart=MS|no             restart the modem so long after each key (no)
  NAME=MS                   a duration by its name in ISO 15118-3, in milliseconds:
                            TT_EVSE_SLAC_init TT_match_response TT_match_sequence TP_match_sequence TP_EV_batch_msg_interval
                            TT_EVSE_match_MNBC TP_EVSE_avg_atten_calc TT_EV_atten_results TT_EVSE_match_session
                            TP_EV_vald_state_duration TT_match_join TT_matching_rate TT_matching_repetition
                            TT_amp_map_exchange T_step_EF T_step_X1; and ours: atten_results_at_least link_debounce
                            link_poll hearing set_key modem_probe modem_recovery
Of a station:
  strictness=strict|lenient               lenient: cars may fill in the identifiers of CM_SLAC_MATCH.REQ
  validation=supported|unsupported|not_required
  retries=0..255            pauses of the control pilot before the car is given up
  calibration=DB[,DB..]     own share of the attenuation (AttenRxEVSE): for all 58 groups, or one for each
Of a car:
  requests=1..255           times that stations are asked although one has answered
  margin=DB                 lead of the best station below which the choice is unsure
  direct=DB                 attenuation from which on a station heard alone is unsure
  validate=never|when_unsure|always       prove the cable by toggling the control pilot
  link_lost=rematch|stop    what to do when the link is lost";

/// Settings that can be changed by name.
pub(in crate::cli) trait Named {
    fn modem(&mut self) -> &mut Modem;
    fn timing(&mut self) -> &mut Timing;

    /// Those of this role alone. `None`: there is no such name; `Some(None)`: no such value.
    fn set(&mut self, name: &str, value: &str) -> Option<Option<()>>;
}

/// Makes the changes in their order.
pub(super) fn read(changes: &[String], config: &mut impl Named) -> Result<(), String> {
    changes.iter().try_for_each(|change| {
        let (name, value) =
            change.split_once('=').ok_or_else(|| format!("--set {change}: not KEY=VALUE"))?;
        set(config, name, value)
            .ok_or_else(|| format!("--set {change}: there is no setting {name:?}; see --help"))?
            .ok_or_else(|| format!("--set {change}: {value:?} is no value of {name}; see --help"))
    })
}

/// One change. `None`: there is no such name; `Some(None)`: no such value.
pub(in crate::cli) fn set(config: &mut impl Named, name: &str, value: &str) -> Option<Option<()>> {
    if let Some(&timer) = Timer::ALL.iter().find(|timer| timer.name().eq_ignore_ascii_case(name)) {
        return Some(millis(value).map(|duration| {
            let timing = config.timing();
            *timing = timing.clone().with(timer, duration);
        }));
    }
    match name {
        "modem" => Some(modem(value).map(|modem| *config.modem() = modem)),
        "setkey" | "link" | "cco" | "restart" => Some(of_modem(config.modem(), name, value)),
        _ => config.set(name, value),
    }
}

/// Whether the modem itself never tells that a link is up.
pub(super) fn tells_no_link(modem: &Modem) -> bool {
    matches!(modem, Modem::HomePlug(modem) if modem.link == LinkReport::None)
}

/// Ten minutes.
const MOST_MILLIS: u64 = 600_000;

fn modem(value: &str) -> Option<Modem> {
    Some(match value {
        "automatic" => Modem::automatic(),
        "qualcomm" => Modem::qualcomm(),
        "lumissil" => Modem::lumissil(),
        "generic" => Modem::generic(),
        "immediate" => Modem::Immediate,
        _ => return None,
    })
}

fn of_modem(modem: &mut Modem, name: &str, value: &str) -> Option<()> {
    let Modem::HomePlug(modem) = modem else { return None };
    match (name, value) {
        ("setkey", "1") => modem.set = Some(SetKeyResult::One),
        ("setkey", "0") => modem.set = Some(SetKeyResult::Zero),
        ("setkey", "any") => modem.set = Some(SetKeyResult::Any),
        ("link", "own") => modem.link = LinkReport::Own,
        ("link", "qualcomm") => modem.link = LinkReport::By(Make::Qualcomm),
        ("link", "lumissil") => modem.link = LinkReport::By(Make::Lumissil),
        ("link", "discovery") => modem.link = LinkReport::By(Make::Generic),
        ("link", "none") => modem.link = LinkReport::None,
        ("cco", _) => modem.cco_capability = value.parse().ok()?,
        ("restart", "no") => modem.restart = None,
        ("restart", _) => modem.restart = Some(millis(value)?),
        _ => return None,
    }
    Some(())
}

fn millis(value: &str) -> Option<Duration> {
    let millis = value.parse().ok().filter(|millis| (1..=MOST_MILLIS).contains(millis));
    millis.map(Duration::from_millis)
}

impl Named for evse::Config {
    fn modem(&mut self) -> &mut Modem {
        &mut self.modem
    }

    fn timing(&mut self) -> &mut Timing {
        &mut self.timing
    }

    fn set(&mut self, name: &str, value: &str) -> Option<Option<()>> {
        let strictness = || match value {
            "strict" => Some(evse::Strictness::Strict),
            "lenient" => Some(evse::Strictness::Lenient),
            _ => None,
        };
        let validation = || match value {
            "supported" => Some(evse::Validation::Supported),
            "unsupported" => Some(evse::Validation::Unsupported),
            "not_required" => Some(evse::Validation::NotRequired),
            _ => None,
        };
        Some(match name {
            "strictness" => strictness().map(|value| self.strictness = value),
            "validation" => validation().map(|value| self.validation = value),
            "retries" => value.parse().ok().map(|value| self.retries = value),
            "calibration" => calibration(value).map(|value| self.calibration = value),
            _ => return None,
        })
    }
}

impl Named for ev::Config {
    fn modem(&mut self) -> &mut Modem {
        &mut self.modem
    }

    fn timing(&mut self) -> &mut Timing {
        &mut self.timing
    }

    fn set(&mut self, name: &str, value: &str) -> Option<Option<()>> {
        let validate = || match value {
            "never" => Some(ev::Validate::Never),
            "when_unsure" => Some(ev::Validate::WhenUnsure),
            "always" => Some(ev::Validate::Always),
            _ => None,
        };
        let link_lost = || match value {
            "rematch" => Some(ev::LinkLost::Rematch),
            "stop" => Some(ev::LinkLost::Stop),
            _ => None,
        };
        Some(match name {
            "requests" => {
                value.parse().ok().filter(|&value| value > 0).map(|value| self.requests = value)
            }
            "margin" => decibel(value).map(|value| self.margin = value),
            "direct" => decibel(value).map(|value| self.direct = value),
            "validate" => validate().map(|value| self.validate = value),
            "link_lost" => link_lost().map(|value| self.link_lost = value),
            _ => return None,
        })
    }
}

fn calibration(text: &str) -> Option<[u8; GROUPS]> {
    if let Ok(all) = text.parse() {
        return Some([all; GROUPS]);
    }
    let groups: Result<Vec<u8>, _> = text.split(',').map(str::parse).collect();
    groups.ok()?.try_into().ok()
}

/// Decibels with up to two decimals.
fn decibel(text: &str) -> Option<Decibel> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|octet| octet.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(rest) || rest.len() > 2 {
        return None;
    }
    let hundredths: i32 = format!("{rest:0<2}").parse().ok()?;
    Some(Decibel(whole.parse::<i32>().ok()?.checked_mul(100)?.checked_add(hundredths)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use slac::Mac;

    fn changed<C: Named>(mut config: C, changes: &[&str]) -> Result<C, String> {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        read(&changes, &mut config).map(|()| config)
    }

    #[test]
    fn every_duration_has_its_name_in_the_help() {
        for timer in Timer::ALL {
            assert!(HELP.split_whitespace().any(|word| word.trim_end_matches(';') == timer.name()));
            let change = format!("{}=77", timer.name());
            let config = changed(evse::Config::new(Mac([2; 6])), &[&change]).unwrap();
            assert_eq!(config.timing[*timer], Duration::from_millis(77), "{}", timer.name());
        }
    }

    #[test]
    fn settings_change_by_name_in_their_order() {
        let config = changed(
            evse::Config::new(Mac([2; 6])),
            &[
                "modem=lumissil",
                "setkey=0",
                "cco=2",
                "restart=100",
                "strictness=lenient",
                "retries=5",
                "calibration=7",
            ],
        );
        let config = config.unwrap();
        let Modem::HomePlug(modem) = config.modem else { panic!() };
        assert_eq!((modem.make, modem.set), (Some(Make::Lumissil), Some(SetKeyResult::Zero)));
        assert_eq!((modem.cco_capability, modem.link), (2, LinkReport::Own));
        assert_eq!(modem.restart, Some(Duration::from_millis(100)));
        assert_eq!((config.strictness, config.retries), (evse::Strictness::Lenient, 5));
        assert_eq!(config.calibration, [7; GROUPS]);
        let config = changed(
            ev::Config::new(Mac([2; 6])),
            &["margin=3.5", "direct=0.25", "validate=always", "link_lost=stop", "requests=3"],
        );
        let config = config.unwrap();
        assert_eq!((config.margin, config.direct), (Decibel(350), Decibel(25)));
        assert_eq!((config.validate, config.link_lost), (ev::Validate::Always, ev::LinkLost::Stop));
        assert_eq!(config.requests, 3);
    }

    #[test]
    fn what_cannot_be_set_is_named() {
        for change in [
            "retries",
            "retries=",
            "retries=256",
            "colour=red",
            "TT_match_join=0",
            "link_poll=1s",
            "calibration=1,2",
            "margin=1.234",
            "margin=-1",
            "modem=x",
            "setkey=2",
            "requests=0",
        ] {
            for why in [
                changed(evse::Config::new(Mac([2; 6])), &[change]).err(),
                changed(ev::Config::new(Mac([2; 6])), &[change]).err(),
            ] {
                assert!(why.is_some_and(|why| why.contains(change)), "{change}");
            }
        }
        let immediate = ["modem=immediate", "setkey=1"];
        assert!(changed(ev::Config::new(Mac([2; 6])), &immediate).is_err());
    }
}
