// Persona files, the command line, and conversations that were recorded from real modems.
#include <gtest/gtest.h>

#include "sim/run/options.hpp"
#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

TEST(Persona, ShippedOnesLoadWithoutAnyFolder) {
  const auto names = shipped_personas();
  EXPECT_EQ(names, (std::vector<std::string>{"strict", "union", "built-in", "unverified", "field-report"}));
  for (const auto& name : names) {
    auto persona = load_persona(name);
    ASSERT_TRUE(persona) << persona.error().what;
    EXPECT_EQ(persona->name, name);
    const bool has_roots =
        persona->mqtt.anchors == Anchors::union_of_both || persona->mqtt.anchors == Anchors::built_in;
    EXPECT_EQ(persona->built_in_pem.size(), has_roots ? 2u : 0u) << name;
    EXPECT_EQ(persona->ssl.anchors, persona->mqtt.anchors);
  }
  EXPECT_EQ(load_persona("strict")->mqtt.anchors, Anchors::uploaded);
  EXPECT_EQ(load_persona("unverified")->mqtt.anchors, Anchors::unverified);
  EXPECT_TRUE(load_persona("field-report")->hosts.at("0.tcp.ngrok.io").empty());
}

TEST(Persona, ReadsEveryKey) {
  auto read = parse_persona(R"(
name = "all"
description = "everything"
allow_network = true
baud = 115200
think_ms = 3
boot_ms = 7
clock = "1980-01-06T00:00:00Z"
built_in = ["amazon-root-ca-1.pem"]
[identity]
manufacturer = "M"
model = "X"
revision = "R"
imei = "012345678901234"
imsi = "001011234567890"
iccid = "8900000000000000000"
[policy.mqtt]
anchors = "built-in-when-nothing-uploaded"
hostname = "checked-with-sni"
validity = "unchecked"
signature = "unchecked"
eku = "unchecked"
ca_attributes = "by-knob"
max_intermediates = 2
self_signed_upload = "refused"
decided = "after-handshake"
[policy.mqtt.knobs]
ignorecertitem = 9
ignoreinvalidcertsign = "trusts-any"
ignoremulticertchainverify = "0x8"
[policy.ssl]
decided = "never"
[hosts]
One = "127.0.0.1"
"two.test" = ["127.0.0.2", "::1"]
none = []
[radio]
sim = "pin"
registration = 5
pdp = "fails"
ntp = "fails"
operator = "O"
[quirks]
bare_file_names = true
unpadded_checksum = true
cme_text = true
upload_keeps_partial = false
absent_ssl_keys = ["sni"]
tls_failure_result = -1
tcp_failure_result = 4
local_failure_result = 4
plain_mqtt_blocks_tls = true
context_active_at_boot = true
urc_port = "all"
write_cache = true
usb = true
mqtt_id_leak = true
answers_before_rdy_ms = 1
settings_before_rdy_ignored = true
ignored_settings = ["sni"]
hollow_settings = ["mqtt/ssl"]
[faults]
power_cut_at_command = 10
hang_at_command = 11
watchdog_ms = 12
late_at_command = 13
late_ms = 14
late_is_overtaken = true
mute_at_command = 15
refuse_at_command = 16
lose_upload = 17
alter_upload = 18
cache_lost_at_restarts = 19
reboot_at_upload_byte = 20
power_cut_at_upload_byte = 21
tcp_resets = 22
mqtt_open_limit = 23
urcs_lost_per_thousand = 26
seed = 2
silent_after_commands = 3
reboot_at_command = 4
lose_upload_completion = 5
gone_at_upload_byte = 6
storage_bytes = 7
dns_fails = 8
open_limit = 9
urcs_in_replies = ["RDY"]
[faults.from_host]
drop = [1]
flip = [2, 3]
[faults.to_host]
twice = [4]
[faults.random]
per_thousand = 24
most = 25
mishaps = ["unheard", "muted", "late", "overtaken", "refused", "unapplied", "restart", "power-cut", "drop", "flip", "twice", "stray-line"]
)",
                            "all.toml", std::filesystem::path(EPKI_SOURCE_DIR) / "sim/tests/data");
  ASSERT_TRUE(read) << read.error().what << read.error().hint;
  EXPECT_EQ(read->mqtt.anchors, Anchors::built_in_when_nothing_uploaded);
  EXPECT_EQ(read->mqtt.hostname, Hostname::checked_with_sni);
  EXPECT_EQ(read->mqtt.validity, Validity::unchecked);
  EXPECT_EQ(read->mqtt.signature, Signature::unchecked);
  EXPECT_EQ(read->mqtt.eku, Eku::unchecked);
  EXPECT_EQ(read->mqtt.ca_attributes, CaAttributes::by_knob);
  EXPECT_EQ(read->mqtt.max_intermediates, 2);
  EXPECT_EQ(read->mqtt.self_signed_upload, SelfSignedUpload::refused);
  EXPECT_EQ(read->mqtt.decided, Decided::after_handshake);
  EXPECT_EQ(read->mqtt.ignorecertitem.kind, KnobEffect::Kind::mask);
  EXPECT_EQ(read->mqtt.ignorecertitem.mask, 9u);
  EXPECT_EQ(read->mqtt.ignoreinvalidcertsign.kind, KnobEffect::Kind::trusts_any);
  EXPECT_EQ(read->mqtt.ignoremulticertchainverify.mask, 8u);
  EXPECT_EQ(read->ssl.decided, Decided::never);
  EXPECT_EQ(read->ssl.anchors, Anchors::uploaded) << "a table of its own starts from the defaults";
  EXPECT_EQ(read->built_in_pem.size(), 1u);
  EXPECT_EQ(read->hosts.at("one"), std::vector<std::string>{"127.0.0.1"}) << "names are lower case";
  EXPECT_EQ(read->hosts.at("two.test").size(), 2u);
  EXPECT_TRUE(read->hosts.at("none").empty());
  EXPECT_EQ(read->radio.sim, Radio::Sim::pin);
  EXPECT_EQ(read->radio.registration, 5);
  EXPECT_TRUE(read->radio.pdp_fails && read->radio.ntp_fails && read->allow_network);
  EXPECT_EQ(read->quirks.tls_failure_result, -1);
  EXPECT_EQ(read->quirks.urc_port, "all");
  EXPECT_EQ(read->faults.open_limit, 9);
  EXPECT_EQ(read->faults.watchdog, 12ms);
  EXPECT_EQ(read->faults.late, 14ms);
  EXPECT_EQ(read->faults.mqtt_open_limit, 23);
  EXPECT_EQ(read->faults.urcs_lost_per_thousand, 26);
  EXPECT_EQ(read->faults.from_host.flip, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(read->faults.to_host.twice, std::vector<std::int64_t>{4});
  EXPECT_EQ(read->faults.random.size(), 12u);
  EXPECT_EQ(read->faults.random.back(), Mishap::stray_line);
  EXPECT_EQ(read->boot, 7ms);
  EXPECT_EQ(read->think, 3ms);
}

TEST(Persona, OnePathDescribesBoth) {
  auto read = parse_persona("[policy.ssl]\nanchors = \"union\"\n", "x.toml", {});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->mqtt.anchors, Anchors::union_of_both);
  EXPECT_EQ(read->name, "x");
}

TEST(Persona, LoadsWhatTheVerifierCouldNotEstablish) {
  auto read = parse_persona(
      "[policy.mqtt]\nanchors = \"union\"\neku = \"unknown\"\nmax_intermediates = \"unknown\"\n"
      "[policy.mqtt.knobs]\nignorecertitem = \"unknown\"\n",
      "x.toml", {});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->mqtt.max_intermediates, 8);
}

TEST(Persona, ComplainsWithThePlace) {
  const auto what = [](const char* text) {
    auto read = parse_persona(text, "p.toml", {});
    return read ? std::string("accepted") : read.error().what + " | " + read.error().hint;
  };
  EXPECT_EQ(what("[policy.mqtt]\nanchor = \"union\"\n"),
            "p.toml:2:1: no such setting: policy.mqtt.anchor | did you mean anchors?");
  EXPECT_TRUE(what("[policy.mqtt]\nanchors = \"all\"\n").starts_with("p.toml:2:11:"));
  EXPECT_TRUE(what("[policy.mqtt.knobs]\nignorecertitem = \"some\"\n").starts_with("p.toml:2:18:"));
  EXPECT_TRUE(what("[identity]\nimei = \"1\"\n").starts_with("p.toml:2:8: an IMEI has 15 digits"));
  EXPECT_TRUE(what("clock = \"noon\"\n").starts_with("p.toml:1:9:"));
  EXPECT_TRUE(what("built_in = [\"missing.pem\"]\n").starts_with("p.toml:1:12:"));
  EXPECT_EQ(
      what("lanes = 4\nformat = 2\n"),
      "p.toml:2:10: this persona has format 2, and this program knows 1 | use the newer ec200u-pki it was written "
      "for");
  EXPECT_EQ(what("format = 1\n"), "accepted");
  EXPECT_EQ(load_persona("nobody").error().code, Errc::input);
  EXPECT_EQ(load_persona("no/such.toml").error().code, Errc::input);
}

Result<Options> options(std::vector<std::string> words) {
  words.insert(words.begin(), "ec200u-sim");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_options(static_cast<int>(words.size()), argv.data());
}

TEST(Options, AreReadAndApplied) {
  auto read = options({"--persona", "union", "--count", "2", "--link", "/tmp/m", "--host", "A.test=127.0.0.1,::1",
                       "--host=known.test=127.0.0.9", "--seed", "5", "-v"});
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(link_path(*read, 1), "/tmp/m2");
  EXPECT_EQ(files_folder(*read, "s", 1), "s/2/ufs");
  Persona base;
  base.hosts["known.test"] = {};
  auto second = persona_of(*read, base, 1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->imei, "861234567890124");
  EXPECT_EQ(second->hosts.at("a.test").size(), 2u);
  EXPECT_TRUE(second->hosts.at("known.test").empty()) << "the persona's own word counts";
  EXPECT_EQ(second->faults.seed, 5);
}

TEST(Options, SayWhatIsWrong) {
  for (auto words : std::vector<std::vector<std::string>>{
           {"--nosuch"}, {"--persona"}, {"strict"}, {"--count", "0"}, {"--host", "x"}, {"--host", "x=y"}}) {
    auto read = options(words);
    ASSERT_FALSE(read) << words[0];
    EXPECT_EQ(read.error().code, Errc::usage);
    EXPECT_FALSE(read.error().hint.empty());
  }
}

struct Turn {
  std::string hears, says;
};

void replay(Bench& bench, const std::vector<Turn>& turns) {
  for (const auto& turn : turns) {
    auto got = bench.feed(turn.hears);
    if (got.size() < turn.says.size()) got += bench.until(turn.says.substr(got.size()));
    EXPECT_EQ(got, turn.says) << "after " << turn.hears;
  }
}

/// EC200U-CN, R03A15M08: the whole conversation up to the first data.
TEST(Recorded, OpenASocketByAddress) {
  auto persona = Bench::bench_persona();
  persona.revision = "EC200UCNAAR03A15M08";
  persona.quirks.context_active_at_boot = true;
  Bench bench(persona);
  replay(bench, {{"ATI\r", "\r\nQuectel\r\nEC200U\r\nRevision: EC200UCNAAR03A15M08\r\n\r\nOK\r\n"},
                 {"AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"},
                 {"AT+CREG?\r", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"},
                 {"AT+CEREG?\r", "\r\n+CEREG: 0,1\r\n\r\nOK\r\n"},
                 {"AT+QIACT?\r",
                  "\r\n+QIACT: 1,1,3,\"10.46.73.41\",\"2409:8D1E:1023:1B1B:18BE:A0EA:AEA9:AB47\"\r\n\r\nOK\r\n"},
                 {"AT+QNTP=1,\"ntp.aliyun.com\"\r", "\r\nOK\r\n"}});
  bench.modem->clock.set(*parse_rfc3339("2026-07-03T00:56:20Z"), bench.now);
  EXPECT_EQ(bench.pass(6s), "\r\n+QNTP: 0,\"2026/11/22,12:00:00+32\"\r\n");
  replay(bench, {{"AT+QIDNSGIP=1,\"172.188.83.251\"\r",
                  "\r\nOK\r\n\r\n+QIURC: \"dnsgip\",0,1,0\r\n\r\n+QIURC: \"dnsgip\",\"172.188.83.251\"\r\n"},
                 {"AT+QIOPEN=1,0,\"TCP\",\"172.188.83.251\",42605,0,1\r", "\r\nOK\r\n\r\n+QIOPEN: 0,0\r\n"},
                 {"AT+QISEND=0,147\r", "\r\n> "},
                 {std::string(147, 'x'), "\r\nSEND OK\r\n"}});
  bench.network->peer->send(std::string(1500, 'y'));
  EXPECT_EQ(bench.until("yyy"), "\r\n+QIURC: \"recv\",0,1500\r\n" + std::string(1500, 'y'));
}

/// BG96, with its quirks: files without prefix, sums without leading zeros, a cipher in quotes refused.
TEST(Recorded, UploadAndBind) {
  auto persona = Bench::bench_persona();
  persona.quirks.bare_file_names = true;
  persona.quirks.unpadded_checksum = true;
  Bench bench(persona);
  bench.upload("rootCA.pem", std::string(1220, 'r'));
  replay(bench, {{"AT+QFLST\r", "\r\n+QFLST: \"rootCA.pem\",1220\r\n\r\nOK\r\n"},
                 {"AT+QFDEL=\"rootCA.pem\"\r", "\r\nOK\r\n"},
                 {"AT+QMTCFG=\"SSL\",0,1,2\r", "\r\nOK\r\n"},
                 {"AT+QFUPL=\"rootCA.pem\",4,100\r", "\r\nCONNECT\r\n"},
                 {"\x0f\x5f" + std::string(2, '\0'), "+QFUPL: 4,f5f\r\n\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"cacert\",2,\"rootCA.pem\"\r", "\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"clientcert\",2,\"a0b2a62b23-certificate.pem\"\r", "\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"clientkey\",2,\"a0b2a62b23-private.pem\"\r", "\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"seclevel\",2,2\r", "\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"sslversion\",2,4\r", "\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"ciphersuite\",2,\"0XFFFF\"\r", "\r\nERROR\r\n"},
                 {"AT+QSSLCFG=\"ciphersuite\",2,0XFFFF\r", "\r\nOK\r\n"},
                 {"AT+QSSLCFG=\"ignorelocaltime\",1\r", "\r\n+QSSLCFG: \"ignorelocaltime\",1,1\r\n\r\nOK\r\n"}});
}

/// EG800K: a name that exists, and a declared size that is too large.
TEST(Recorded, UploadsThatFail) {
  auto persona = Bench::bench_persona();
  persona.quirks.cme_text = true;
  Bench bench(persona);
  const auto isrg = test_data("isrg-root-x1.pem");
  replay(bench, {{"AT+CMEE=2\r", "\r\nOK\r\n"},
                 {"AT+QFUPL=\"badssl-root.pem\",1939,10\r", "\r\nCONNECT\r\n"},
                 {isrg, "+QFUPL: 1939,4f64\r\n\r\nOK\r\n"},
                 {"AT+QFUPL=\"badssl-root.pem\",1939,10\r", "\r\n+CME ERROR: file already exist\r\n"},
                 {"AT+QFUPL=\"other.pem\",3000,10\r", "\r\nCONNECT\r\n"},
                 {isrg, ""}});
  EXPECT_EQ(bench.pass(10s), "+QFUPL: 1939,4f64\r\n\r\n+CME ERROR: 421\r\n");
}

}  // namespace
}  // namespace epki::sim
