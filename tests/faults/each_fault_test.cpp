// Every fault and quirk of a persona alone, against the whole of provision: recovered from, or said in plain words. In
// no case does the report say more than is true.
#include <gtest/gtest.h>

#include "tests/faults/floor.hpp"

namespace epki::faults {
namespace {

struct Case {
  const char* name;
  const char* toml;
  const char* status;              ///< of the first run
  const char* sentence;            ///< a part of what it says
  const char* next = "protected";  ///< status of the second run; empty: there is none
  bool reboot_check = false;
};

class EachFault : public testing::TestWithParam<Case> {};

TEST_P(EachFault, IsRecoveredFromOrReported) {
  const auto& fault = GetParam();
  Floor floor("boot_ms = 3000\n" + std::string(fault.toml));
  floor.options.reboot_check = fault.reboot_check;
  const auto run = floor.provision();
  ASSERT_TRUE(run.report);
  EXPECT_EQ(plan::word(run.report->status), fault.status) << outcome(run);
  EXPECT_NE(run.report->sentence.find(fault.sentence), std::string::npos) << outcome(run);
  if (ended_well(run)) {
    EXPECT_EQ(floor.differs(), "") << outcome(run);
    EXPECT_EQ(run.report->reboot_check.value_or(false), fault.reboot_check);
  }
  EXPECT_EQ(floor.ever_badly_bound(), "") << outcome(run);
  if (*fault.next == '\0') return;
  floor.options.reboot_check = false;
  const auto again = floor.provision();
  EXPECT_EQ(plan::word(again.report->status), fault.next) << outcome(again);
  if (ended_well(again)) {
    EXPECT_EQ(floor.differs(), "") << outcome(again);
  }
}

constexpr const char* well = "protected";

const Case cases[] = {
    {"none", "", well, ""},
    {"bytes_dropped_on_the_way_in", "[faults.from_host]\ndrop = [40, 300, 1500]\n", well, ""},
    {"bytes_dropped_on_the_way_out", "[faults.to_host]\ndrop = [40, 300, 1500, 2600]\n", well, ""},
    {"bytes_flipped_on_the_way_in", "[faults.from_host]\nflip = [40, 301, 900]\n", well, ""},
    {"bytes_flipped_on_the_way_out", "[faults.to_host]\nflip = [40, 301, 1500]\n", well, ""},
    {"bytes_doubled_both_ways", "[faults.from_host]\ntwice = [45, 700]\n[faults.to_host]\ntwice = [60, 1200]\n", well,
     ""},
    {"completion_of_an_upload_lost", "[faults]\nlose_upload_completion = 1\n", well, ""},
    {"an_upload_acknowledged_and_not_stored", "[faults]\nlose_upload = 1\n", well, ""},
    {"a_stored_file_silently_changed", "[faults]\nalter_upload = 1\n", well, ""},
    {"reboot_at_a_command", "[faults]\nreboot_at_command = 25\n", well, ""},
    {"reboot_in_an_upload", "[faults]\nreboot_at_upload_byte = 300\n", well, ""},
    {"power_cut_in_an_upload", "[quirks]\nwrite_cache = true\n[faults]\npower_cut_at_upload_byte = 300\n", well, ""},
    {"partial_upload_not_kept", "[quirks]\nupload_keeps_partial = false\n[faults]\nreboot_at_upload_byte = 300\n", well,
     ""},
    {"port_gone_in_an_upload", "[faults]\ngone_at_upload_byte = 300\n", "failed", "is gone (unplugged?)", ""},
    {"hang_with_a_watchdog", "[faults]\nhang_at_command = 30\nwatchdog_ms = 20000\n", well, ""},
    {"hang_for_good", "[faults]\nhang_at_command = 30\n", "failed", "was not answered", ""},
    {"silence", "[faults]\nsilent_after_commands = 12\n", "failed", "was not answered", ""},
    {"late_answer", "[faults]\nlate_at_command = 15\nlate_ms = 7000\n", well, ""},
    {"late_answer_that_is_overtaken", "[faults]\nlate_at_command = 15\nlate_ms = 7000\nlate_is_overtaken = true\n",
     well, ""},
    {"lost_answer", "[faults]\nmute_at_command = 27\n", well, ""},
    {"error_for_no_reason", "[faults]\nrefuse_at_command = 27\n", well, ""},
    {"lines_in_the_middle_of_replies",
     "[faults]\nurcs_in_replies = [\"+QMTSTAT: 3,1\", \"+CREG: 1\", \"RING\", \"+QIURC: \\\"closed\\\",1\"]\n", well,
     ""},
    {"words_instead_of_numbers", "[quirks]\ncme_text = true\n", well, ""},
    {"checksum_not_padded", "[quirks]\nunpadded_checksum = true\n", well, ""},
    {"bare_names", "[quirks]\nbare_file_names = true\n", well, ""},
    {"client_number_leaks", "[quirks]\nmqtt_id_leak = true\n", well, ""},
    {"settings_before_ready_ignored",
     "think_ms = 60\n[quirks]\nanswers_before_rdy_ms = 1500\nsettings_before_rdy_ignored = true\n", well, ""},
    {"a_setting_acknowledged_and_not_applied", "[quirks]\nignored_settings = [\"seclevel\"]\n", "failed",
     "SSL setting \"seclevel\" of context 1 is 0 after 1 was written", "failed"},
    {"mqtt_ssl_not_applied", "[quirks]\nignored_settings = [\"mqtt/ssl\"]\n", "failed",
     "no connection is opened without TLS", "failed"},
    {"a_setting_that_only_reads_back", "[quirks]\nhollow_settings = [\"seclevel\"]\n", "not-protected",
     "accepts a broker whose CA is not the one bound", "not-protected"},
    {"files_lost_at_a_clean_restart", "[quirks]\nwrite_cache = true\n[faults]\ncache_lost_at_restarts = 1\n", "failed",
     "did not survive the reboot as it was sent", well, true},
    {"usb_port_that_goes_away_at_a_restart", "[quirks]\nusb = true\n", well, "", well, true},
    {"usb_port_away_by_itself", "[quirks]\nusb = true\n[faults]\nreboot_at_command = 25\n", well, ""},
    {"restart_line_goes_elsewhere", "[quirks]\nurc_port = \"usbmodem\"\n[faults]\nreboot_at_command = 25\n", "failed",
     "no result in 121 s", "failed"},
    {"store_full", "[faults]\nstorage_bytes = 900\n", "failed", "the modem has 900 bytes left", "failed"},
    {"names_not_resolved_at_first", "[faults]\ndns_fails = 1\n", well, ""},
    {"connections_reset_at_first", "[faults]\ntcp_resets = 1\n", well, ""},
    {"opens_run_out", "[faults]\nmqtt_open_limit = 2\n", "connected-unproven", "", ""},
};

INSTANTIATE_TEST_SUITE_P(All, EachFault, testing::ValuesIn(cases),
                         [](const testing::TestParamInfo<Case>& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace epki::faults
