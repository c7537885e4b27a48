//! The numbers of the C functions that are not rational, as floats (T41).

use crate::formats::floats::Precision;
use crate::numbers::Rational;

/// `16 / ln 2`.
pub const PARTS_PER_LN2: f64 = f64::from_bits(0x4037_1547_652b_82fe);
/// `ln 2 / 16`: 36 digits, so that its product with an integer of 16 digits is exact.
pub const STEP_HIGH: f64 = f64::from_bits(0x3fa6_2e42_fefa_0000);
/// The rest of `ln 2 / 16`.
pub const STEP_LOW: f64 = f64::from_bits(0x3d3c_f79a_bc9e_3b3a);
/// `2^(-j/16)` for `j` from 0.
pub const ROOTS: [f64; 16] = [
    f64::from_bits(0x3ff0_0000_0000_0000),
    f64::from_bits(0x3fee_a4af_a2a4_90da),
    f64::from_bits(0x3fed_5818_dcfb_a487),
    f64::from_bits(0x3fec_199b_dd85_529c),
    f64::from_bits(0x3fea_e89f_995a_d3ad),
    f64::from_bits(0x3fe9_c491_82a3_f090),
    f64::from_bits(0x3fe8_ace5_422a_a0db),
    f64::from_bits(0x3fe7_a114_73eb_0187),
    f64::from_bits(0x3fe6_a09e_667f_3bcd),
    f64::from_bits(0x3fe5_ab07_dd48_5429),
    f64::from_bits(0x3fe4_bfda_d536_2a27),
    f64::from_bits(0x3fe3_dea6_4c12_3422),
    f64::from_bits(0x3fe3_06fe_0a31_b715),
    f64::from_bits(0x3fe2_387a_6e75_6238),
    f64::from_bits(0x3fe1_72b8_3c7d_517b),
    f64::from_bits(0x3fe0_b558_6cf9_890f),
];
/// `sqrt 2`.
pub const ROOT_TWO: f64 = std::f64::consts::SQRT_2;
/// Where the pieces of `Φ(-a) e^(a²/2)` end, in eighths; the first one begins at 0.
pub const TAIL_ENDS: [i64; 10] = [4, 9, 15, 22, 30, 40, 52, 67, 85, 110];
/// Taylor coefficients of `Φ(-a) e^(a²/2)` around the middle of each piece.
pub const TAIL: [[f64; 11]; 10] = [
    [
        f64::from_bits(0x3fda_7f80_8169_e570),
        f64::from_bits(0xbfd2_e865_1379_bcf4),
        f64::from_bits(0x3fc5_c567_3c8b_7633),
        f64::from_bits(0xbfb5_94f5_8fe0_683d),
        f64::from_bits(0x3fa3_12c8_8a8f_692c),
        f64::from_bits(0xbf8e_b760_ca7d_91c0),
        f64::from_bits(0x3f76_df18_a7df_6abf),
        f64::from_bits(0xbf5f_d646_864b_0509),
        f64::from_bits(0x3f44_e1b4_3f7a_ba6f),
        f64::from_bits(0xbf29_fab8_e218_9a6e),
        f64::from_bits(0x3f0e_d00d_e88e_b473),
    ],
    [
        f64::from_bits(0x3fd2_8a5d_3464_2fd9),
        f64::from_bits(0xbfc4_efb2_f285_9ee1),
        f64::from_bits(0x3fb4_11f9_03bb_ce9a),
        f64::from_bits(0xbfa1_0b32_6157_1944),
        f64::from_bits(0x3f8a_4ad9_1860_d8ad),
        f64::from_bits(0xbf72_b996_da38_aecd),
        f64::from_bits(0x3f58_e9ef_bfa2_6ce2),
        f64::from_bits(0xbf3f_3b97_353f_4ab6),
        f64::from_bits(0x3f22_91d5_08d1_91b5),
        f64::from_bits(0xbf05_0e87_b341_ea3c),
        f64::from_bits(0x3ee6_de35_8d73_7d02),
    ],
    [
        f64::from_bits(0x3fca_5705_5968_92b7),
        f64::from_bits(0xbfb7_1c04_c317_211e),
        f64::from_bits(0x3fa2_0403_8e2e_73c1),
        f64::from_bits(0xbf89_9805_968b_70cc),
        f64::from_bits(0x3f70_d602_eb74_52ea),
        f64::from_bits(0xbf54_bf38_a320_50fa),
        f64::from_bits(0x3f38_2624_7b6b_36cb),
        f64::from_bits(0xbf1a_b8f4_78c9_658e),
        f64::from_bits(0x3efc_4191_9c3f_616c),
        f64::from_bits(0xbedc_ab51_8b02_e55e),
        f64::from_bits(0x3ebc_021e_7363_abdb),
    ],
    [
        f64::from_bits(0x3fc3_3ffd_a057_cb5d),
        f64::from_bits(0xbfaa_323f_9375_996a),
        f64::from_bits(0x3f90_6bc3_7c5f_3aad),
        f64::from_bits(0xbf73_39b9_7469_4edd),
        f64::from_bits(0x3f55_3991_1449_6455),
        f64::from_bits(0xbf36_416b_7562_cf8b),
        f64::from_bits(0x3f16_49fd_3676_0b98),
        f64::from_bits(0xbef5_6a9d_dfc5_dd58),
        f64::from_bits(0x3ed3_d0b3_e22f_4f43),
        f64::from_bits(0xbeb1_b543_5720_e9d1),
        f64::from_bits(0x3e8e_a61c_a5cd_b379),
    ],
    [
        f64::from_bits(0x3fbd_0b31_c082_543c),
        f64::from_bits(0xbf9e_f2cc_76a5_1e03),
        f64::from_bits(0x3f7f_2f5d_00e1_5ec7),
        f64::from_bits(0xbf5d_ec5a_1fa0_055e),
        f64::from_bits(0x3f3b_7d4f_1cbd_69aa),
        f64::from_bits(0xbf18_481f_80e0_64d8),
        f64::from_bits(0x3ef4_b1e4_0abd_949d),
        f64::from_bits(0xbed1_1157_5bc5_64cb),
        f64::from_bits(0x3eab_4f34_40b4_cade),
        f64::from_bits(0xbe85_3d07_937f_cf93),
        f64::from_bits(0x3e60_15c9_c161_838a),
    ],
    [
        f64::from_bits(0x3fb6_4733_899b_5f9e),
        f64::from_bits(0xbf92_a64d_5524_5bb9),
        f64::from_bits(0x3f6e_14ef_47b9_b4c2),
        f64::from_bits(0xbf47_73c5_1473_33ef),
        f64::from_bits(0x3f21_b93e_e56e_cfd6),
        f64::from_bits(0xbefa_0768_3cd9_9d84),
        f64::from_bits(0x3ed2_9bb4_c0d4_4909),
        f64::from_bits(0xbea9_f2c2_7698_d09c),
        f64::from_bits(0x3e81_abc9_9fe2_dbd0),
        f64::from_bits(0xbe57_8a31_8d3b_5600),
        f64::from_bits(0x3e2e_b490_2a8f_6b69),
    ],
    [
        f64::from_bits(0x3fb1_445a_52cb_7b7c),
        f64::from_bits(0xbf86_c06b_99f6_99df),
        f64::from_bits(0x3f5d_419f_8447_9c65),
        f64::from_bits(0xbf32_62b4_c976_ba47),
        f64::from_bits(0x3f06_9ddd_1567_84f7),
        f64::from_bits(0xbedb_4318_1a9d_bc49),
        f64::from_bits(0x3eb0_1e14_0c20_c8b4),
        f64::from_bits(0xbe82_b633_97b0_7ef7),
        f64::from_bits(0x3e55_58f7_b8cf_6b99),
        f64::from_bits(0xbe27_f399_30c2_ef20),
        f64::from_bits(0x3dfa_7270_be7b_97db),
    ],
    [
        f64::from_bits(0x3faa_fdd9_9a17_13cd),
        f64::from_bits(0xbf7c_1139_a4b0_7a08),
        f64::from_bits(0x3f4c_bac0_5f60_4b39),
        f64::from_bits(0xbf1c_f791_0069_acb4),
        f64::from_bits(0x3eec_c979_0fe0_ca96),
        f64::from_bits(0xbebc_3685_c855_9e40),
        f64::from_bits(0x3e8b_485c_a6b7_64f0),
        f64::from_bits(0xbe5a_0b6a_79f7_f177),
        f64::from_bits(0x3e28_8dfd_4a97_1397),
        f64::from_bits(0xbdf6_df5c_67fc_5e43),
        f64::from_bits(0x3dc5_0eef_3f76_194d),
    ],
    [
        f64::from_bits(0x3fa5_4529_72f7_6b07),
        f64::from_bits(0xbf71_88fe_d399_cdf7),
        f64::from_bits(0x3f3c_9eb5_ec31_9c60),
        f64::from_bits(0xbf07_2077_e4b9_851b),
        f64::from_bits(0x3ed2_8278_c954_e4fe),
        f64::from_bits(0xbe9d_5a72_2a12_1e12),
        f64::from_bits(0x3e67_106a_b22d_984a),
        f64::from_bits(0xbe31_f668_cd92_0b40),
        f64::from_bits(0x3dfb_bce3_e102_aee3),
        f64::from_bits(0xbdc5_3c87_1c06_6961),
        f64::from_bits(0x3d90_2015_fe46_d7fb),
    ],
    [
        f64::from_bits(0x3fa0_a627_7e05_fec2),
        f64::from_bits(0xbf65_9284_eb8a_1ad6),
        f64::from_bits(0x3f2b_c61f_4de6_2829),
        f64::from_bits(0xbef1_c483_334c_5fc9),
        f64::from_bits(0x3eb6_97ed_b7f9_c7b9),
        f64::from_bits(0xbe7c_8ea0_0838_ee20),
        f64::from_bits(0x3e41_f0d1_79de_31de),
        f64::from_bits(0xbe06_6935_2ee3_4c11),
        f64::from_bits(0x3dcb_d5be_e4e1_dd9c),
        f64::from_bits(0xbd91_3043_eb4a_ae67),
        f64::from_bits(0x3d55_1c5f_0581_322b),
    ],
];

/// The middle of a piece of [`TAIL`]: a float.
pub fn tail_middle(piece: usize) -> Rational {
    let before = piece.checked_sub(1).map_or(0, |before| TAIL_ENDS[before]);
    Rational::ratio(before + TAIL_ENDS[piece], 16)
}

/// Returns the coefficients `1/1!, 1/2!, ..` of `(e^t - 1)/t` up to the power `t^degree`, as floats.
pub fn exponential(degree: u32) -> Vec<f64> {
    let mut value = Rational::ONE;
    (1..=i64::from(degree) + 1)
        .map(|k| {
            value = &value * &Rational::ratio(1, k);
            nearest(&value)
        })
        .collect()
}

/// Returns the coefficients `1, 1/3, 1/5, ..` of `atanh(s)/s` in powers of `s²`, as floats.
pub fn hyperbolic(terms: u32) -> Vec<f64> {
    let odd = (0..i64::from(terms)).map(|k| Rational::ratio(1, 2 * k + 1));
    odd.map(|value| nearest(&value)).collect()
}

/// The nearest float64 of a number of moderate size.
pub fn nearest(value: &Rational) -> f64 {
    Precision::Double
        .nearest(value)
        .expect("a number of moderate size")
}
