//! Positioning by low-frequency signals: who sends and receives where, and what was measured.

use super::super::types::{NumericId, RationalNumber};
use super::WPT as NS;
use exi::{Exi, List};

/// The sender's or the receiver's side of the low-frequency system.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct LfSystemSetupData {
    #[exi(choice)]
    pub side: LfSide,
}

/// A side of the low-frequency system.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub enum LfSide {
    #[exi(name = "LF_TransmitterSetupData")]
    Transmitter(LfTransmitterData),
    #[exi(name = "LF_ReceiverSetupData")]
    Receiver(LfReceiverData),
}

/// The transmitters and how they send.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct LfTransmitterData {
    pub number_of_transmitters: u8,
    pub signal_frequency: RationalNumber,
    pub tx_spec_data: List<TxRxSpecData, 2, 255>,
    pub tx_package_spec_data: Option<TxRxPackageSpecData>,
}

/// The receivers.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct LfReceiverData {
    pub number_of_receivers: u8,
    pub rx_spec_data: List<TxRxSpecData, 2, 255>,
}

/// The place and direction of one antenna.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct TxRxSpecData {
    pub tx_rx_identifier: NumericId,
    pub tx_rx_position: CoordinateXyz,
    pub tx_rx_orientation: CoordinateXyz,
}

/// A place or a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct CoordinateXyz {
    #[exi(name = "Coord_X")]
    pub x: i16,
    #[exi(name = "Coord_Y")]
    pub y: i16,
    #[exi(name = "Coord_Z")]
    pub z: i16,
}

/// The pulses of a package in time.
#[derive(Debug, Clone, PartialEq, Exi)]
#[exi(rare)]
pub struct TxRxPackageSpecData {
    pub pulse_sequence_order: List<TxRxPulseOrder, 2, 255>,
    pub pulse_separation_time: u16,
    pub pulse_duration: u16,
    pub package_separation_time: u16,
}

/// Which antenna sends a pulse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct TxRxPulseOrder {
    pub index_number: u16,
    pub tx_rx_identifier: NumericId,
}

/// What was sent or received; the schema has room for one package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfDataPackageList {
    pub num_packages: u8,
    pub wpt_lf_data_package: LfDataPackage,
}

/// One package as it was sent or received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfDataPackage {
    pub package_index: u8,
    #[exi(choice)]
    pub data: LfData,
}

/// A package on the sender's or on the receiver's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub enum LfData {
    #[exi(name = "LF_TxData")]
    Tx(LfTxDataList),
    #[exi(name = "LF_RxData")]
    Rx(LfRxDataList),
}

/// What was sent; the schema has room for one transmitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfTxDataList {
    pub wpt_lf_tx_data_list: LfTxData,
}

/// The power a transmitter sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfTxData {
    pub tx_identifier: NumericId,
    #[exi(name = "EIRP")]
    pub eirp: RationalNumber,
}

/// What was received; the schema has room for one receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfRxDataList {
    pub wpt_lf_rx_data_list: LfRxData,
}

/// What a receiver heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfRxData {
    pub rx_identifier: NumericId,
    pub rssi_data: LfRxRssiList,
}

/// Signal strengths; the schema has room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfRxRssiList {
    pub rssi_data_list: LfRxRssi,
}

/// How strongly a transmitter was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Exi)]
#[exi(rare)]
pub struct LfRxRssi {
    pub tx_identifier: NumericId,
    pub rssi: RationalNumber,
}
