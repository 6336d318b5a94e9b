// verify --bundle and verify recheck: what a run leaves behind for somebody who was not there, and what that somebody
// finds when it was altered.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "pki/ossl/rare_key.hpp"
#include "pki/ossl/signature.hpp"
#include "tests/program/sandbox.hpp"
#include "verify/bundle/container.hpp"
#include "verify/bundle/pcapng.hpp"

namespace epki::test {
namespace {

const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

class Bundle : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(box.init().exit, 0); }

  bundle::Members members_of(const char* file) {
    const auto bytes = read_file(box / file);
    EXPECT_TRUE(bytes);
    auto opened = bundle::open(*bytes, "");
    EXPECT_TRUE(opened) << opened.error().what;
    return opened ? opened->members : bundle::Members{};
  }
  /// Sealed by somebody else, so that signature and hashes are in order.
  void seal(const std::string& file, const bundle::Members& members) {
    box.write(file, *bundle::seal(members, *ossl::generate_rare("ed25519"), "somebody", noon));
  }
  Sandbox box;
};

/// The alert that a client sent in clear, in the bytes of a connection: another one in its place.
void other_alert(ossl::WireTap& tap, char before, char after) {
  for (auto& piece : tap.pieces) {
    const std::string record{"\x15\x03\x03\x00\x02\x02", 6};
    const auto at = piece.from_peer ? piece.bytes.find(record + before) : std::string::npos;
    if (at != std::string::npos) piece.bytes[at + record.size()] = after;
  }
}

/// What stands beside the verdict follows from the bytes too, and what does not is said.
TEST_F(Bundle, TheTablesAreConcludedAgainAsFarAsTheBytesGo) {
  box.may_take(std::chrono::minutes(5));
  const auto ran = box.run({"--json", "verify", "--port", "sim:union", "--repeat", "1", "--path", "mqtt", "--mitigate",
                            "--acceptance", "--bundle", "b.tar"});
  ASSERT_EQ(ran.exit, 20) << ran;
  const auto again = box.run({"--json", "verify", "recheck", "b.tar"});
  EXPECT_EQ(again.exit, 0) << again;
  const auto sections = again.json()["sections"];
  EXPECT_EQ(sections["acceptance.mqtt"]["concluded_again"].integer(),
            static_cast<std::int64_t>(ran.json()["acceptance"]["mqtt"]["rows"].size()))
      << again;
  EXPECT_GT(sections["mitigation.mqtt"]["concluded_again"].integer().value_or(0), 40) << again;
  EXPECT_GT(sections["mitigation.mqtt"]["taken_over"].integer().value_or(0), 0) << again;
  EXPECT_NE(box.run({"verify", "recheck", "b.tar"}).out.find("NOT concluded again"), std::string::npos);

  // A table that says what the bytes do not.
  auto members = members_of("b.tar");
  auto& report = members["report.json"];
  const std::string effect = "\"no-effect\"";
  const auto at = report.find(effect, report.find("\"value\": \"0XC030\""));
  ASSERT_NE(at, std::string::npos) << report;
  report.replace(at, effect.size(), "\"closes\"");
  seal("altered.tar", members);
  const auto altered = box.run({"verify", "recheck", "altered.tar"});
  EXPECT_EQ(altered.exit, 1) << altered;
  EXPECT_NE(altered.out.find("ciphersuite=0XC030: recorded closes, now no-effect"), std::string::npos) << altered;
}

/// Whatever a busy machine makes of the delays, the verdict is the one without them, and no reading is wrong.
TEST_F(Bundle, ATimingIsNoPartOfTheVerdictAndIsComputedAgain) {
  const std::vector<std::string> words{"--json", "verify", "--port", "sim:union", "--repeat", "1"};
  const auto plain = box.run(words);
  ASSERT_EQ(plain.exit, 20) << plain;
  EXPECT_TRUE(plain.json()["timing"].is_null()) << plain;
  auto more = words;
  more.insert(more.end(), {"--timing", "--bundle", "b.tar"});
  const auto ran = box.run(more);
  EXPECT_EQ(ran.exit, plain.exit) << ran;
  EXPECT_EQ(ran.json()["verdict"].dump(), plain.json()["verdict"].dump()) << ran;
  const auto roots = ran.json()["timing"]["mqtt"]["roots"];
  ASSERT_EQ(roots.size(), 2U) << ran;
  for (const auto& root : roots.items()) {
    EXPECT_NE(root["reading"].text(), "unknown") << root.dump();
    EXPECT_NE(root["agrees"].text(), "contradicts") << root.dump();
    EXPECT_EQ(root["verdict_says"].text(), "trusted") << root.dump();
  }
  const auto again = box.run({"--json", "verify", "recheck", "b.tar"});
  EXPECT_EQ(again.exit, 0) << again;
  const auto controls = ran.json()["timing"]["mqtt"]["controls"].size();
  EXPECT_EQ(again.json()["sections"]["timing.mqtt"]["concluded_again"].integer(),
            static_cast<std::int64_t>(controls + roots.size()))
      << again;

  // A reading that the times of the packets do not give.
  auto members = members_of("b.tar");
  auto report = Json::parse(members["report.json"]);
  ASSERT_TRUE(report);
  auto timing = (*report)["timing"], mqtt = timing["mqtt"], list = Json::array();
  for (auto root : roots.items()) list.push(root.set("reading", "unknown"));
  report->set("timing", timing.set("mqtt", mqtt.set("roots", list)));
  members["report.json"] = report->dump();
  seal("altered.tar", members);
  const auto altered = box.run({"verify", "recheck", "altered.tar"});
  EXPECT_EQ(altered.exit, 1) << altered;
  EXPECT_NE(altered.out.find("recorded unknown, now "), std::string::npos) << altered;
}

TEST_F(Bundle, TheVerdictIsConcludedAgainAndAnAlteredOneIsNot) {
  const auto ran =
      box.run({"--json", "verify", "--port", "sim:strict", "--repeat", "1", "--path", "both", "--bundle", "b.tar"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto signer = ran.json()["bundle"]["signer"].text_or("");
  const auto again = box.run({"--json", "verify", "recheck", "b.tar", "--key", signer});
  EXPECT_EQ(again.exit, 0) << again;
  const auto said = again.json();
  EXPECT_EQ(said["rechecked"]["mqtt"]["now"].text(), "uploaded");
  EXPECT_EQ(said["rechecked"]["ssl"]["now"].text(), "uploaded");
  EXPECT_EQ(said["evidence"]["from_wire"].integer(), said["evidence"]["attempts"].integer()) << again;
  EXPECT_EQ(box.run({"verify", "recheck", "b.tar", "--key", std::string(64, 'a')}).exit, 4);

  // On the wire, each refusal of a replay under the throw-away CA becomes a chain that passed: 48 to 51.
  auto members = members_of("b.tar");
  const auto evidence = Json::parse(members["evidence.json"]);
  auto connections = bundle::read_capture(members["connections.pcapng"]);
  ASSERT_TRUE(evidence && connections);
  int changed = 0;
  for (const auto& exhibit : (*evidence)["exhibits"].items()) {
    if (exhibit["probe"]["name"].text() != "P2" || exhibit["path"].text() != "mqtt") continue;
    for (const auto& one : exhibit["connections"].items()) {
      other_alert((*connections)[static_cast<std::size_t>(*one["number"].integer())].tap, 48, 51);
      ++changed;
    }
  }
  ASSERT_GT(changed, 0);
  members["connections.pcapng"] = bundle::write_capture(*connections, 8883);
  seal("wire.tar", members);
  const auto altered = box.run({"--json", "verify", "recheck", "wire.tar"});
  EXPECT_EQ(altered.exit, 1) << altered;
  EXPECT_NE(altered.json()["rechecked"]["mqtt"]["now"].text(), "uploaded") << altered;
  EXPECT_EQ(altered.json()["rechecked"]["ssl"]["now"].text(), "uploaded") << altered;
  EXPECT_NE(altered.out.find("the report says 48, the wire shows 51"), std::string::npos) << altered;
  EXPECT_EQ(box.run({"verify", "recheck", "wire.tar", "--key", signer}).exit, 4) << "another key signed it";

  // A verdict that the evidence does not bear.
  members = members_of("b.tar");
  auto& report = members["report.json"];
  const auto at = report.find("\"class\": \"uploaded\"");
  ASSERT_NE(at, std::string::npos);
  report.replace(at, 19, "\"class\": \"union\"");
  seal("verdict.tar", members);
  const auto claimed = box.run({"--json", "verify", "recheck", "verdict.tar"});
  EXPECT_EQ(claimed.exit, 1) << claimed;
  EXPECT_EQ(claimed.json()["rechecked"]["mqtt"]["changes"][0]["recorded"].text(), "union") << claimed;

  // An answer that somebody would rather not have.
  members = members_of("b.tar");
  auto& left_out = members["evidence.json"];
  const auto first = left_out.find("\"exhibit\": ");
  ASSERT_NE(first, std::string::npos);
  left_out.replace(first, left_out.find(',', first) - first, "\"exhibit\": null");
  seal("left-out.tar", members);
  const auto lacking = box.run({"verify", "recheck", "left-out.tar"});
  EXPECT_EQ(lacking.exit, 1) << lacking;
  EXPECT_NE(lacking.out.find("the evidence leaves it out"), std::string::npos) << lacking;

  // A record that says something else than its connection.
  members = members_of("b.tar");
  auto& records = members["report.json"];
  const auto outcome = records.find("\"outcome\": \"refused\"");
  ASSERT_NE(outcome, std::string::npos);
  records.replace(outcome, 20, "\"outcome\": \"accepted\"");
  seal("record.tar", members);
  const auto record = box.run({"verify", "recheck", "record.tar"});
  EXPECT_EQ(record.exit, 1) << record;
  EXPECT_NE(record.out.find("outcome: the report says accepted, the wire shows refused"), std::string::npos) << record;
}

TEST_F(Bundle, IsNeverWrittenOverAndSaysSoBeforeTheRun) {
  box.write("mine.tar", "mine");
  const auto ran = box.run({"verify", "--port", "sim:strict", "--bundle", "mine.tar"});
  EXPECT_EQ(ran.exit, 5) << ran;
  EXPECT_EQ(*read_file(box / "mine.tar"), "mine");
  EXPECT_EQ(box.run({"verify", "--port", "sim:strict", "--bundle", "no/folder.tar"}).exit, 5);
  EXPECT_EQ(box.run({"verify", "--port", "sim:strict", "--sign-key", "k.pem"}).exit, 2);
  EXPECT_EQ(box.run({"verify", "recheck", "missing.tar"}).exit, 3);
  EXPECT_EQ(box.run({"verify", "recheck", "mine.tar"}).exit, 3);
}

TEST_F(Bundle, HoldsNoPersonalNumberAndNoPrivateKey) {
  ASSERT_EQ(box.shell("openssl genpkey -algorithm ed25519 -aes256 -pass pass:word -out sign.pem && echo word >word && "
                      "openssl pkey -in sign.pem -passin pass:word -pubout -outform DER | openssl dgst -sha256 -r >pin")
                .exit,
            0);
  // A modem whose numbers are not those that masking would make of them.
  const std::filesystem::path personas = EPKI_SOURCE_DIR "/templates/personas";
  std::filesystem::copy(personas / "built-in", box / "built-in", std::filesystem::copy_options::recursive);
  auto persona = *read_file(personas / "union.toml");
  persona.insert(persona.find("imei = "), "iccid = \"89860112851083069519\"\n");
  box.write("mine.toml", persona);
  const auto ran = box.shell(
      "ec200u-pki verify --port sim:./mine.toml --repeat 1 --bundle b.tar --sign-key sign.pem --passphrase-file word");
  ASSERT_EQ(ran.exit, 20) << ran;
  EXPECT_EQ(box.shell("ec200u-pki verify recheck b.tar --key $(cut -c1-64 pin)").exit, 0);
  EXPECT_FALSE(read_file(box / ".ec200u-pki/evidence.key")) << "another key was named";
  const auto identity =
      box.run({"--json", "verify", "--port", "sim:./mine.toml", "--repeat", "1", "--budget", "2"}).json();
  const auto imei = identity["device"]["imei"].text_or(""), iccid = identity["device"]["iccid"].text_or("");
  ASSERT_GE(imei.size(), 14U);
  ASSERT_EQ(iccid, "89860112851083069519");
  for (const auto& [name, content] : members_of("b.tar")) {
    EXPECT_EQ(content.find(imei), std::string::npos) << name;
    EXPECT_EQ(content.find(iccid), std::string::npos) << name;
    EXPECT_EQ(content.find("PRIVATE KEY"), std::string::npos) << name;
  }
  // Keys by their octets: the one that signed, and the project's root.
  const auto bundled = *read_file(box / "b.tar");
  for (const std::string& key : {std::string("sign.pem -passin pass:word"),
                                 std::string("ca/root.key -passin 'pass:correct horse battery staple'")}) {
    const auto shown = box.shell("openssl pkey -in " + key + " -text -noout");
    ASSERT_EQ(shown.exit, 0) << shown;
    std::string hex;
    const auto from = shown.out.find("priv:") + 5;
    for (const char c : shown.out.substr(from, shown.out.find("pub:") - from))
      if (std::isxdigit(static_cast<unsigned char>(c)) != 0) hex += c;
    const auto octets = from_hex(hex.substr(hex.size() - 64));
    ASSERT_TRUE(octets);
    EXPECT_EQ(bundled.find(as_text(*octets)), std::string::npos) << key;
  }
}

TEST_F(Bundle, ADiskThatIsFullLosesTheBundleAndNotTheVerdict) {
  // The limit on a file's size is that of a full disk, without a disk; the ledger stays below it.
  const auto ran = box.shell("ulimit -f 800; ec200u-pki verify --port sim:strict --path both --bundle b.tar");
  EXPECT_EQ(ran.exit, 5) << ran;
  EXPECT_NE(ran.out.find("Verdict for mqtt: uploaded"), std::string::npos) << ran;
  for (const auto& entry : std::filesystem::directory_iterator(box.folder()))
    EXPECT_EQ(entry.path().filename().string().find("b.tar"), std::string::npos) << entry.path();
}

}  // namespace
}  // namespace epki::test
