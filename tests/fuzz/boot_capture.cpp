#include "core/json.hpp"
#include "provision/plan/boot_check.hpp"
#include "provision/plan/capture_text.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void boot_capture(std::string_view bytes) {
  static const auto sequence = plan::boot_sequence({.model = "EC200U",
                                                    .firmware = "EC200UCNAAR03A03M08",
                                                    .files = {{plan::FileRole::ca, "cacert_0123456789ab.pem", "01"}},
                                                    .ntp_server = "pool.ntp.org",
                                                    .host = "broker.example",
                                                    .settings = plan::ssl_settings("cacert_0123456789ab.pem")});
  const auto capture = plan::capture_text(std::string(bytes));
  if (capture) {
    const auto verdict = plan::check_boot(plan::read_capture(capture->text), sequence);
    if (verdict.because.empty() || verdict.text("capture").empty()) __builtin_trap();
  }
  // The other file that boot check reads.
  const auto document = Json::parse(bytes);
  if (!document) return;
  const auto other = plan::boot_from_json(*document);
  if (other && plan::boot_text(*other).empty()) __builtin_trap();
}

}  // namespace epki::fuzz
