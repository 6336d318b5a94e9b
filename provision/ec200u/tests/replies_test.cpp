#include "provision/ec200u/replies.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/file.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/names.hpp"

namespace epki::ec200u {
namespace {

using Words = std::vector<std::string>;

std::string utc(const Result<ClockReading>& reading) {
  return reading ? rfc3339(reading->utc) : reading.error().what;
}

TEST(Clock, IsTurnedIntoUtc) {
  struct Row {
    const char* line;
    const char* utc;
  };
  for (const Row& row : {Row{"+CCLK: \"26/07/03,08:56:27+32\"", "2026-07-03T00:56:27Z"},
                         Row{"+CCLK: \"26/07/03,00:56:27+00\"", "2026-07-03T00:56:27Z"},
                         Row{"+CCLK: \"26/07/03,00:56:27-20\"", "2026-07-03T05:56:27Z"},
                         Row{"+CCLK: \"26/12/31,23:50:00-01\"", "2027-01-01T00:05:00Z"},
                         Row{"+CCLK: \"26/07/03,05:30:00+22\"", "2026-07-03T00:00:00Z"},
                         Row{"+CCLK: \"26/07/03,00:56:27\"", "2026-07-03T00:56:27Z"},
                         Row{"+CCLK: \"2026/07/03,00:56:27+00\"", "2026-07-03T00:56:27Z"},
                         Row{"+CCLK: \"80/01/06,00:00:10+00\"", "1980-01-06T00:00:10Z"},
                         Row{"+CCLK: \"70/01/01,00:00:10+00\"", "1970-01-01T00:00:10Z"},
                         Row{"+CCLK: \"69/01/01,00:00:10+00\"", "2069-01-01T00:00:10Z"}})
    EXPECT_EQ(utc(parse_clock(row.line)), row.utc) << row.line;
}

TEST(Clock, RefusesWhatIsNone) {
  for (const char* line :
       {"", "+CCLK:", "+CCLK: \"\"", "+CCLK: \"26/13/03,08:56:27+32\"", "+CCLK: \"26/02/30,08:56:27\"",
        "+CCLK: \"26/07/03,24:00:00\"", "+CCLK: \"26/07/03,08:56\"", "+CCLK: \"26/07/03,08:56:27+\"",
        "+CCLK: \"026/07/03,08:56:27\"", "+CCLK: \"26/07/03,08:56:27+32x\""})
    EXPECT_FALSE(parse_clock(line)) << line;
}

TEST(Clock, IsWrittenInUtc) {
  const auto at = parse_rfc3339("2026-07-03T00:56:27Z");
  EXPECT_EQ(clock_value(*at), "26/07/03,00:56:27+00");
  EXPECT_EQ(clock_value(*parse_rfc3339("1980-01-06T00:00:00Z")), "80/01/06,00:00:00+00");
  EXPECT_FALSE(clock_value(*parse_rfc3339("2070-01-01T00:00:00Z")));
  EXPECT_FALSE(clock_value(*parse_rfc3339("1969-12-31T23:59:59Z")));
}

TEST(NetworkTime, IsUtcAlthoughAZoneIsAppended) {
  auto time = parse_network_time("+QNTP: 0,\"2026/07/03,00:56:27+32\"");
  ASSERT_TRUE(time);
  EXPECT_EQ(rfc3339(time->utc.value()), "2026-07-03T00:56:27Z");
  time = parse_network_time("+QNTP: 565");
  ASSERT_TRUE(time);
  EXPECT_EQ(time->code, 565);
  EXPECT_FALSE(time->utc);
  EXPECT_FALSE(parse_network_time("+QNTP: 0"));
  EXPECT_FALSE(parse_network_time("+QNTP: \"x\""));
}

TEST(Identity, IsReadFromAti) {
  const Words lines{"Quectel", "EC200U", "Revision: EC200UCNAAR03A09M08"};
  const auto identity = parse_identity(lines);
  EXPECT_EQ(identity.manufacturer, "Quectel");
  EXPECT_EQ(identity.model, "EC200U");
  EXPECT_EQ(identity.firmware, "EC200UCNAAR03A09M08");
  const auto late = parse_identity(Words{"somebody else's line", "Quectel", "EC200U", "Revision: R1", "and another"});
  EXPECT_EQ(late.manufacturer + " " + late.model + " " + late.firmware, "Quectel EC200U R1");
  EXPECT_EQ(parse_identity(Words{"Quectel", "EC200U"}).model, "EC200U");
  EXPECT_EQ(parse_imei(Words{"866123456789012"}), "866123456789012");
  EXPECT_EQ(parse_imei(Words{"+CGSN: \"866123456789012\""}), "866123456789012");
  EXPECT_FALSE(parse_imei(Words{"8661", "EC200U", ""}));
  EXPECT_EQ(parse_iccid(Words{"+QCCID: 89860012345678901234"}), "89860012345678901234");
  EXPECT_EQ(parse_iccid(Words{"8986001234567890123F"}), "8986001234567890123F");
  EXPECT_FALSE(parse_iccid(Words{"+QCCID: "}));
}

TEST(Registered, CountsInEitherNetwork) {
  using R = Registration;
  EXPECT_EQ(parse_registration(Words{"+CEREG: 0,1"}, "+CEREG:"), R::home);
  EXPECT_EQ(parse_registration(Words{"+CEREG: 2,5,\"1A2B\",\"01C3\",7"}, "+CEREG:"), R::roaming);
  EXPECT_EQ(parse_registration(Words{"+CREG: 1", "+CREG: 1,2"}, "+CREG:"), R::searching);
  EXPECT_FALSE(parse_registration(Words{"+CREG: 1"}, "+CREG:"));
  EXPECT_FALSE(parse_registration(Words{"+CREG: 1,\"1A2B\""}, "+CREG:"));
  EXPECT_EQ(parse_registration(Words{"+CREG: 0,9"}, "+CREG:"), R::unknown);
  EXPECT_EQ(merged(R::searching, R::home), R::home);
  EXPECT_EQ(merged(R::roaming, R::denied), R::roaming);
  EXPECT_EQ(merged(R::denied, R::searching), R::searching);
  EXPECT_EQ(merged({}, R::denied), R::denied);
  EXPECT_EQ(merged({}, {}), R::unknown);
}

TEST(PacketContexts, StateTheirAddress) {
  auto context = parse_packet_context("+QIACT: 1,1,3,\"10.46.73.41\",\"2409:8D1E::AB47\"");
  ASSERT_TRUE(context);
  EXPECT_EQ(context->id, 1);
  EXPECT_TRUE(context->active);
  EXPECT_EQ(context->address, "10.46.73.41");
  context = parse_packet_context("+QIACT: 2,0,1");
  ASSERT_TRUE(context);
  EXPECT_FALSE(context->active);
  EXPECT_FALSE(parse_packet_context("+QIACT: x"));
}

TEST(NameLines, AreHeadsAddressesOrErrors) {
  EXPECT_EQ(parse_name_line("+QIURC: \"dnsgip\",0,2,600")->count, 2);
  EXPECT_EQ(parse_name_line("+QIURC: \"dnsgip\",\"172.188.83.251\"")->address, "172.188.83.251");
  EXPECT_EQ(parse_name_line("+QIURC: \"dnsgip\",565")->error, 565);
  for (const char* line :
       {"+QIURC: \"recv\",0,1500", "+QIURC: \"dnsgip\"", "+QIURC: \"dnsgip\",0", "+QIURC: \"dnsgip\",x"})
    EXPECT_FALSE(parse_name_line(line)) << line;
}

TEST(Files, AreListedUnderBothForms) {
  auto entry = parse_file_entry("+QFLST: \"UFS:x.pem\",1939");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "x.pem");
  EXPECT_EQ(entry->size, 1939U);
  EXPECT_EQ(parse_file_entry("+QFLST: \"BOOK.pem\",5")->name, "BOOK.pem");
  EXPECT_EQ(parse_file_entry("+QFLST: \"RAM:x\",5")->name, "RAM:x");
  for (const char* line :
       {"+QFLST:", "+QFLST: x.pem,5", "+QFLST: \"x.pem\"", "+QFLST: \"x.pem\",-1", "+QFLST: \"x.pem,5"})
    EXPECT_FALSE(parse_file_entry(line)) << line;
}

TEST(Space, IsReadWithAndWithoutItsTag) {
  for (const char* line : {"+QFLDS: 180224,286720", "180224,286720"}) {
    auto space = parse_space(line);
    ASSERT_TRUE(space) << line;
    EXPECT_EQ(space->free, 180224U);
    EXPECT_EQ(space->total, 286720U);
  }
  EXPECT_FALSE(parse_space("180224"));
}

TEST(Receipts, AreReadWholeOrRefused) {
  auto receipt = parse_receipt("+QFUPL: 1939,4f64", "+QFUPL:");
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->size, 1939U);
  EXPECT_EQ(receipt->checksum, 0x4f64);
  EXPECT_EQ(parse_receipt("+QFUPL: 1267,f5f", "+QFUPL:")->checksum, 0x0f5f);
  EXPECT_EQ(parse_receipt("+QFDWL: 10,0F5F", "+QFDWL:")->checksum, 0x0f5f);
  for (const char* line : {"", "OK", "+QFUPL:", "+QFUPL: ", "+QFUPL: 12", "+QFUPL: 12,", "+QFUPL: 12,zz",
                           "+QFUPL: 1,2,3", "+QFUPL: -1,2", "+QFUPL: 1,12345"})
    EXPECT_FALSE(parse_receipt(line, "+QFUPL:")) << line;
}

TEST(FileErrors, AreFoundInNumbersAndWords) {
  at::Reply reply;
  reply.final = at::Final::cme;
  reply.code = 407;
  EXPECT_EQ(file_error_code(reply), 407);
  reply.code.reset();
  reply.text = "file already exist";
  EXPECT_EQ(file_error_code(reply), 407);
  reply.text = "File not found";
  EXPECT_EQ(file_error_code(reply), 405);
  reply.text = "something else";
  EXPECT_FALSE(file_error_code(reply));
  EXPECT_EQ(file_error_words(403), "the file store is full");
  EXPECT_EQ(file_error_words(1), "");
  EXPECT_FALSE(ssl_error_words(566).empty());
  EXPECT_FALSE(mqtt_open_words(4).empty());
  EXPECT_FALSE(mqtt_open_words(-1).empty());
}

TEST(SslSettings, AreReadQuotedAndBare) {
  EXPECT_EQ(parse_ssl_setting("+QSSLCFG: \"seclevel\",1,2", 1, "seclevel"), "2");
  EXPECT_EQ(parse_ssl_setting("+QSSLCFG: \"ciphersuite\",1,0XFFFF", 1, "ciphersuite"), "0XFFFF");
  EXPECT_EQ(parse_ssl_setting("+QSSLCFG: \"cacert\",1,\"UFS:ca.pem\"", 1, "CACERT"), "UFS:ca.pem");
  EXPECT_EQ(parse_ssl_setting("+QSSLCFG: \"cacert\",1,\"\"", 1, "cacert"), "");
  EXPECT_EQ(parse_ssl_setting("+QSSLCFG: \"cacert\",1", 1, "cacert"), "");
  EXPECT_FALSE(parse_ssl_setting("+QSSLCFG: \"seclevel\",2,2", 1, "seclevel"));
  const auto version = parse_ssl_key("+QSSLCFG: \"sslversion\",(0-5),(0-4)");
  ASSERT_TRUE(version);
  EXPECT_EQ(version->name, "sslversion");
  ASSERT_EQ(version->ranges.size(), 1U);
  EXPECT_EQ(version->ranges.front().second, 4);
  EXPECT_EQ(parse_ssl_key("+QSSLCFG: \"sni\",(0-5),(0,1)")->ranges.size(), 2U);
  EXPECT_TRUE(parse_ssl_key("+QSSLCFG: \"cacert\",(0-5),<cacertpath>")->ranges.empty());
  EXPECT_TRUE(parse_ssl_key("+QSSLCFG: \"ciphersuite\",(0-5),(0X0035,0XFFFF)")->ranges.empty());
  EXPECT_FALSE(parse_ssl_key("+QSSLCFG: sni"));
  EXPECT_FALSE(parse_ssl_setting("+QSSLCFG: \"sslversion\",1,2", 1, "seclevel"));
}

TEST(SslSettings, AreSpelledAsTheModemTakesThem) {
  EXPECT_EQ(*ssl_wire_value("cacert", "cacert_0123456789ab.pem"), "\"UFS:cacert_0123456789ab.pem\"");
  EXPECT_EQ(*ssl_wire_value("cacert", "UFS:ca.pem"), "\"UFS:ca.pem\"");
  EXPECT_EQ(*ssl_wire_value("clientkey", "RAM:key.pem"), "\"RAM:key.pem\"");
  EXPECT_EQ(*ssl_wire_value("cacert", ""), "\"\"");
  EXPECT_EQ(*ssl_wire_value("ciphersuite", "\"0XFFFF\""), "0XFFFF");
  EXPECT_EQ(*ssl_wire_value("seclevel", "1"), "1");
  EXPECT_FALSE(ssl_wire_value("seclevel", ""));
  EXPECT_FALSE(ssl_wire_value("seclevel", "1,2"));
  EXPECT_FALSE(ssl_wire_value("cacert", "a\",\"b"));
}

TEST(SslSettings, AreComparedModuloTheirSpelling) {
  EXPECT_TRUE(same_ssl_value("cacert", "UFS:ca.pem", "\"ca.pem\""));
  EXPECT_TRUE(same_ssl_value("cacert", "ufs:CA.pem", "ca.pem"));
  EXPECT_FALSE(same_ssl_value("cacert", "ca.pem", ""));
  EXPECT_FALSE(same_ssl_value("cacert", "010", "10"));
  EXPECT_TRUE(same_ssl_value("ciphersuite", "0XFFFF", "0xffff"));
  EXPECT_TRUE(same_ssl_value("ciphersuite", "0XFFFF", "65535"));
  EXPECT_TRUE(same_ssl_value("ciphersuite", "0XFFFF", "FFFF"));
  EXPECT_FALSE(same_ssl_value("ciphersuite", "0XC02F", "0XFFFF"));
  EXPECT_TRUE(same_ssl_value("seclevel", "1", " 1"));
  EXPECT_FALSE(same_ssl_value("seclevel", "1", "2"));
  EXPECT_FALSE(same_ssl_value("seclevel", "1", ""));
}

TEST(MqttSsl, IsReadWithAndWithoutTheClient) {
  auto ssl = parse_mqtt_ssl("+QMTCFG: \"ssl\",1,2");
  ASSERT_TRUE(ssl);
  EXPECT_TRUE(ssl->enabled);
  EXPECT_EQ(ssl->context, 2);
  ssl = parse_mqtt_ssl("+QMTCFG: \"SSL\",0");
  ASSERT_TRUE(ssl);
  EXPECT_FALSE(ssl->enabled);
  ssl = parse_mqtt_ssl("+QMTCFG: \"ssl\",0,1,3");
  ASSERT_TRUE(ssl);
  EXPECT_TRUE(ssl->enabled);
  EXPECT_EQ(ssl->context, 3);
  EXPECT_FALSE(parse_mqtt_ssl("+QMTCFG: \"version\",4"));
}

TEST(Messages, MayHoldQuotesAndCommas) {
  auto message = parse_message("+QMTRECV: 0,1,\"a/b\",\"x\",\"y\"");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->topic, "a/b");
  EXPECT_EQ(message->payload, "x\",\"y");
  message = parse_message("+QMTRECV: 2,0,\"t\",5,\"a\",\"b\"");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->client, 2);
  EXPECT_EQ(message->payload, "a\",\"b");
  EXPECT_EQ(parse_message("+QMTRECV: 0,1,\"t\",\"\"")->payload, "");
  EXPECT_EQ(parse_message("+QMTRECV: 0,1,\"t\",0,\"\"")->payload, "");
  for (const char* line : {"+QMTRECV: 0,1", "+QMTRECV: 9,1,\"t\",\"x\"", "+QMTRECV: 0,1,\"t\",9,\"x\"",
                           "+QMTRECV: 0,1,\"t\",x", "+QMTRECV: 0,1,t,\"x\"", "+QMTSTAT: 0,1"})
    EXPECT_FALSE(parse_message(line)) << line;
}

/// Half a line must never end a program, nor be taken for a line about something else.
TEST(Lines, AreSafeWhereverTheyAreCut) {
  for (const std::string line :
       {"+CCLK: \"26/07/03,08:56:27+32\"", "+QNTP: 0,\"2026/07/03,00:56:27+32\"", "+CEREG: 2,5,\"1A2B\",\"01C3\",7",
        "+QIACT: 1,1,3,\"10.46.73.41\",\"2409::AB47\"", "+QIURC: \"dnsgip\",\"172.188.83.251\"",
        "+QFLST: \"UFS:x.pem\",1939", "+QFLDS: 180224,286720", "+QFUPL: 1939,4f64",
        "+QSSLCFG: \"cacert\",1,\"UFS:ca.pem\"", "+QMTCFG: \"ssl\",1,2", "+QMTRECV: 0,1,\"a/b\",3,\"xyz\""}) {
    for (std::size_t cut = 0; cut < line.size(); ++cut) {
      const auto half = line.substr(0, cut);
      const Words lines{half};
      (void)parse_clock(half);
      (void)parse_network_time(half);
      (void)parse_registration(lines, "+CEREG:");
      (void)parse_packet_context(half);
      (void)parse_name_line(half);
      (void)parse_space(half);
      (void)parse_receipt(half, "+QFUPL:");
      (void)parse_ssl_setting(half, 1, "cacert");
      (void)parse_mqtt_ssl(half);
      EXPECT_FALSE(parse_message(half)) << half;
      if (!half.starts_with("+QFLST: \"UFS:x.pem\",1")) {
        EXPECT_FALSE(parse_file_entry(half)) << half;
      }
    }
  }
}

TEST(Fields, FollowTheGrammar) {
  const auto fields = parse_fields("+X: 1,\"a,b\", c ,", "+X:");
  ASSERT_TRUE(fields);
  ASSERT_EQ(fields->size(), 4U);
  EXPECT_EQ((*fields)[0].number(), 1);
  EXPECT_EQ((*fields)[1].text, "a,b");
  EXPECT_FALSE((*fields)[1].number());
  EXPECT_EQ((*fields)[2].text, "c");
  EXPECT_EQ((*fields)[3].text, "");
  for (const char* line : {"+X: \"a", "+X: \"a\"b", "+X: a\"b\"", "+Y: 1", "+X:"})
    EXPECT_FALSE(parse_fields(line, "+X:")) << line;
}

TEST(Names, AreSafeOrRefused) {
  EXPECT_TRUE(is_safe_name("cacert_0123456789ab.pem"));
  EXPECT_TRUE(is_safe_name("UFS:x.pem"));
  EXPECT_TRUE(is_safe_name(std::string(80, 'x')));
  EXPECT_FALSE(is_safe_name(std::string(81, 'x')));
  for (const char* name : {"", "*", "a*", "a?", "a\"", "a,b", "a b", "a\r", "\xc3\xa4", "a;b", "a\\b"})
    EXPECT_FALSE(is_safe_name(name)) << name;
  EXPECT_EQ(wire_name("x.pem"), "UFS:x.pem");
  EXPECT_EQ(wire_name("UFS:x.pem"), "UFS:x.pem");
  EXPECT_EQ(wire_name(std::string(80, 'x')), std::string(80, 'x'));
}

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

TEST(Checksum, MatchesTheRecordedVectors) {
  EXPECT_EQ(upload_checksum("-----BEGIN CERTIFICATE-----\r"), 0x6c53);
  EXPECT_EQ(upload_checksum(""), 0);
  EXPECT_EQ(upload_checksum("a"), 0x6100);
  const std::filesystem::path folder = "/usr/share/ca-certificates/mozilla";
  if (!std::filesystem::exists(folder / "Amazon_Root_CA_1.crt")) GTEST_SKIP() << "ca-certificates is not installed";
  const auto amazon = *read_file(folder / "Amazon_Root_CA_1.crt");
  EXPECT_EQ(amazon.size(), 1188U);
  EXPECT_EQ(upload_checksum(amazon), 0x2d13);
  EXPECT_EQ(with_crlf(amazon).size(), 1208U);
  EXPECT_EQ(upload_checksum(with_crlf(amazon)), 0x5769);
  const auto isrg = *read_file(folder / "ISRG_Root_X1.crt");
  EXPECT_EQ(isrg.size(), 1939U);
  EXPECT_EQ(upload_checksum(isrg), 0x4f64);
}

TEST(DnsServersLine, IsReadForItsContext) {
  const auto both = parse_dns_servers(R"(+QIDNSCFG: 1,"8.8.8.8","8.8.4.4")", 1);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->first, "8.8.8.8");
  EXPECT_EQ(both->second, "8.8.4.4");
  EXPECT_EQ(parse_dns_servers(R"(+QIDNSCFG: 1,"8.8.8.8")", 1)->second, "");
  EXPECT_FALSE(parse_dns_servers(R"(+QIDNSCFG: 2,"8.8.8.8","8.8.4.4")", 1));
  EXPECT_FALSE(parse_dns_servers(R"(+QIDNSCFG: 1)", 1));
  EXPECT_FALSE(parse_dns_servers("OK", 1));
}

}  // namespace
}  // namespace epki::ec200u
