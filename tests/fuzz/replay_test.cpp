// Every input that was ever worth keeping, through its target again: with any compiler, in the ordinary tests.

#include <gtest/gtest.h>

#include <filesystem>

#include "core/file.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {
namespace {

void replay(const char* corpus, void (*target)(std::string_view)) {
  std::size_t inputs = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(EPKI_SOURCE_DIR) / "tests/fuzz/corpus" / corpus)) {
    const auto bytes = read_file(entry.path());
    ASSERT_TRUE(bytes) << entry.path();
    SCOPED_TRACE(entry.path());
    target(*bytes);
    // Cut in the middle, as a file that did not arrive whole.
    target(std::string_view(*bytes).substr(0, bytes->size() / 2));
    ++inputs;
  }
  EXPECT_GE(inputs, 3U) << "tests/fuzz/corpus/" << corpus << " is all but empty";
}

TEST(FuzzCorpus, LintFile) {
  replay("lint_file", lint_file);
}
TEST(FuzzCorpus, Certificate) {
  replay("certificate", certificate);
}
TEST(FuzzCorpus, ProfileFile) {
  replay("profile_file", profile_file);
}
TEST(FuzzCorpus, JobFile) {
  replay("job_file", job_file);
}
TEST(FuzzCorpus, PersonaFile) {
  replay("persona_file", persona_file);
}
TEST(FuzzCorpus, LedgerHead) {
  replay("ledger_head", ledger_head);
}
TEST(FuzzCorpus, ClientHello) {
  replay("client_hello", client_hello);
}
TEST(FuzzCorpus, ClientMqtt) {
  replay("client_mqtt", client_mqtt);
}
TEST(FuzzCorpus, SimulatorMqtt) {
  replay("simulator_mqtt", simulator_mqtt);
}
TEST(FuzzCorpus, OracleWords) {
  replay("oracle_words", oracle_words);
}
TEST(FuzzCorpus, ProjectFile) {
  replay("project_file", project_file);
}
TEST(FuzzCorpus, BrokerConfiguration) {
  replay("broker_configuration", broker_configuration);
}
TEST(FuzzCorpus, DnsQuery) {
  replay("dns_query", dns_query);
}
TEST(FuzzCorpus, DnsReply) {
  replay("dns_reply", dns_reply);
}
TEST(FuzzCorpus, RemoteLine) {
  replay("remote_line", remote_line);
}
TEST(FuzzCorpus, RelayedBytes) {
  replay("relayed_bytes", relayed_bytes);
}
TEST(FuzzCorpus, BrokerModel) {
  replay("broker_model", broker_model);
}
TEST(FuzzCorpus, AccessList) {
  replay("access_list", access_list);
}
TEST(FuzzCorpus, MqttAnswers) {
  replay("mqtt_answers", mqtt_answers);
}
TEST(FuzzCorpus, AtConversation) {
  replay("at_conversation", at_conversation);
}
TEST(FuzzCorpus, ModemReplies) {
  replay("modem_replies", modem_replies);
}
TEST(FuzzCorpus, BootCapture) {
  replay("boot_capture", boot_capture);
}

}  // namespace
}  // namespace epki::fuzz
