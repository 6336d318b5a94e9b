#include "ledger/export.hpp"

#include "core/text.hpp"
#include "ledger/tests/both.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ledger {
namespace {

class ExportTest : public BothTest {
 protected:
  template <class Filter>
  std::string text_of(Ledger& book, const Filter& filter, ExportFormat format) {
    std::string text;
    const Sink sink = [&](std::string_view piece) {
      text += piece;
      return success();
    };
    Result<std::size_t> done = [&] {
      if constexpr (std::is_same_v<Filter, CertificateFilter>) return export_certificates(book, filter, format, sink);
      if constexpr (std::is_same_v<Filter, DeviceFilter>) return export_devices(book, filter, format, sink);
    }();
    EXPECT_TRUE(done) << done.error().what;
    if (done) rows = *done;
    return text;
  }

  std::size_t rows = 0;
};
EPKI_ON_BOTH(ExportTest);

TEST(CsvRow, FollowsTheStandardAndKeepsSpreadsheetsFromRunningIt) {
  EXPECT_EQ(csv_row({"a", "b c", "", "1"}), "a,b c,,1\r\n");
  EXPECT_EQ(csv_row({"a,b", "say \"x\"", "two\nlines"}), "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
  EXPECT_EQ(csv_row({"=1+1", "@x", "-3", "+4", "a=b"}), "'=1+1,'@x,'-3,'+4,a=b\r\n");
}

TEST_P(ExportTest, DevicesAsCsvAndJsonLines) {
  auto book = open();
  Devices devices(book);
  ASSERT_TRUE(
      devices.arrive({.imei = "8610", .slot = "1-1", .station = "line-1", .batch = "B,1", .operator_name = "Kim"}));
  ASSERT_TRUE(
      devices.step({.imei = "8610", .phase = Phase::uploaded, .attempt = Attempt::failed, .cause = "no answer"}));
  ASSERT_TRUE(devices.arrive({.imei = "8611", .slot = "1-2", .station = "line-2"}));
  EXPECT_EQ(
      text_of(book, DeviceFilter{}, ExportFormat::csv),
      "imei,attempt,phase,status,cause,batch,board,serial,station,slot,operator,job,model,firmware,attempts,passes,"
      "first_seen,updated\r\n"
      "8610,failed,uploaded,,no answer,\"B,1\",,,line-1,1-1,Kim,,,,1,0,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z\r\n"
      "8611,running,found,,,,,,line-2,1-2,,,,,1,0,2026-11-22T08:00:00Z,2026-11-22T08:00:00Z\r\n");
  EXPECT_EQ(rows, 2U);
  const auto lines = text_of(book, DeviceFilter{.station = "line-1"}, ExportFormat::json_lines);
  EXPECT_EQ(rows, 1U);
  const auto json = Json::parse(lines);
  ASSERT_TRUE(json) << lines;
  EXPECT_EQ((*json)["imei"].text(), "8610");
  EXPECT_EQ((*json)["cause"].text(), "no answer");
  EXPECT_TRUE((*json)["board"].is_null());
  const auto cloud = export_devices(book, {}, ExportFormat::aws_iot, [](std::string_view) { return success(); });
  ASSERT_FALSE(cloud);
  EXPECT_EQ(cloud.error().code, Errc::usage);
}

TEST_P(ExportTest, CertificatesAndEventsWithAllTheyAre) {
  auto book = open({.operator_name = "Kim"});
  ASSERT_TRUE(book.record_issued({leaf("01", "=cmd", "8610"), leaf("02")}));
  const std::vector<Revocation> revoked{{{std::string(64, 'a'), "02"}, morning, RevocationReason::key_compromise}};
  ASSERT_TRUE(Certificates(book).revoke(revoked));
  const auto csv = text_of(book, CertificateFilter{}, ExportFormat::csv);
  EXPECT_NE(csv.find("\r\n01,valid,device,'=cmd,8610,"), std::string::npos) << csv;
  EXPECT_NE(csv.find(",2026-11-22T08:00:00Z,keyCompromise,"), std::string::npos) << csv;
  const auto lines = text_of(book, CertificateFilter{.status = CertificateStatus::revoked}, ExportFormat::json_lines);
  const auto json = Json::parse(lines);
  ASSERT_TRUE(json) << lines;
  EXPECT_EQ((*json)["pem"].text(), "PEM 02");
  std::string events;
  ASSERT_TRUE(export_events(book, 2, ExportFormat::json_lines, [&](std::string_view piece) {
    events += piece;
    return success();
  }));
  const auto event = Json::parse(events);
  ASSERT_TRUE(event) << events;
  EXPECT_EQ((*event)["kind"].text(), "revoked");
  EXPECT_EQ((*event)["operator"].text(), "Kim");
}

TEST_P(ExportTest, ASinkThatFailsEndsIt) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({leaf("01")}));
  const auto failed = export_certificates(book, {}, ExportFormat::csv, [](std::string_view) -> Status {
    return Error{Errc::disk, "full"};
  });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "full");
}

// A CA whose certificate the ledger holds, by which AWS knows the devices'.
IssuedCertificate authority_row(Instant now) {
  auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
  EXPECT_TRUE(key);
  ossl::CertificateSpec spec;
  spec.serial = {std::byte{1}};
  spec.not_before = now;
  spec.not_after = now + std::chrono::hours(24);
  spec.subject = {{"CN", "Export Test Root"}};
  const auto made = ossl::build(spec, *key, ossl::Issuer{std::nullopt, *key});
  EXPECT_TRUE(made) << made.error().what;
  auto row = leaf("ca");
  row.kind = "root";
  row.pem = made->pem();
  row.issuer = ossl::sha256_hex(made->subject_der());
  return row;
}

TEST_P(ExportTest, ThingsForAwsIotCarryTheirCa) {
  auto book = open();
  const auto root = authority_row(morning);
  auto device = leaf("01", "dev-8610", "8610");
  device.issuer = root.issuer;
  auto revoked = leaf("02", "dev-8611", "8611");
  revoked.issuer = root.issuer;
  auto server_row = leaf("03", "broker.example.com");
  server_row.kind = "server";
  ASSERT_TRUE(book.record_issued({root, device, revoked, server_row}));
  const std::vector<Revocation> gone{{{root.issuer, "02"}, morning, RevocationReason::superseded}};
  ASSERT_TRUE(Certificates(book).revoke(gone));
  const auto lines = text_of(book, CertificateFilter{}, ExportFormat::aws_iot);
  EXPECT_EQ(rows, 1U) << lines;
  const auto thing = Json::parse(lines);
  ASSERT_TRUE(thing) << lines;
  EXPECT_EQ((*thing)["ThingName"].text(), "dev-8610");
  EXPECT_EQ((*thing)["SerialNumber"].text(), "8610");
  EXPECT_EQ((*thing)["CertificatePem"].text(), "PEM 01");
  EXPECT_EQ((*thing)["CACertificatePem"].text(), root.pem);
  // The template takes exactly what the lines give.
  const auto recipe = Json::parse(aws_iot_template());
  ASSERT_TRUE(recipe);
  EXPECT_EQ((*recipe)["Parameters"].size(), thing->size());
  for (const auto& [name, value] : thing->members()) EXPECT_TRUE((*recipe)["Parameters"].has(name)) << name;
}

TEST_P(ExportTest, EnrolmentsForAzureComeTenALine) {
  auto book = open();
  std::vector<IssuedCertificate> many;
  for (int i = 10; i < 33; ++i) many.push_back(leaf(std::to_string(i), "Dev-" + std::to_string(i)));
  ASSERT_TRUE(book.record_issued(many));
  const auto text = text_of(book, CertificateFilter{}, ExportFormat::azure_dps);
  EXPECT_EQ(rows, 23U);
  const auto lines = split(trimmed(text), '\n');
  ASSERT_EQ(lines.size(), 3U);
  std::vector<std::size_t> sizes;
  for (const auto line : lines) {
    const auto operation = Json::parse(line);
    ASSERT_TRUE(operation);
    EXPECT_EQ((*operation)["mode"].text(), "create");
    sizes.push_back((*operation)["enrollments"].size());
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{10, 10, 3}));
  const auto all = *Json::parse(lines[0]);
  const auto& first = all["enrollments"][0];
  EXPECT_EQ(first["registrationId"].text(), "dev-10");
  EXPECT_EQ(first["deviceId"].text(), "Dev-10");
  EXPECT_EQ(first["attestation"]["x509"]["clientCertificates"]["primary"]["certificate"].text(), "PEM 10");
}

TEST_P(ExportTest, ANameTheServiceWouldRefuseIsNamed) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({leaf("01", "a b")}));
  for (const auto format : {ExportFormat::aws_iot, ExportFormat::azure_dps}) {
    const auto refused = export_certificates(book, {}, format, [](std::string_view) { return success(); });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::input);
    EXPECT_NE(refused.error().what.find("certificate 01 is for \"a b\""), std::string::npos) << refused.error().what;
  }
}

}  // namespace
}  // namespace epki::ledger
