#include "ledger/certificates.hpp"

#include "ledger/batches.hpp"
#include "ledger/crl.hpp"
#include "ledger/tests/both.hpp"

namespace epki::ledger {
namespace {

using std::chrono::hours;

class CertificatesTest : public BothTest {};
EPKI_ON_BOTH(CertificatesTest);

const std::string issuer(64, 'a');

CertificateId id(const std::string& serial) {
  return {issuer, serial};
}

std::vector<std::string> serials(const std::vector<CertificateRecord>& records) {
  std::vector<std::string> all;
  for (const auto& record : records) all.push_back(record.certificate.serial);
  return all;
}

using Serials = std::vector<std::string>;

TEST_P(CertificatesTest, AreFoundBySerialNameImeiAndFingerprint) {
  auto book = open();
  ASSERT_TRUE(
      book.record_issued({leaf("01", "a", "861000000000001"), leaf("02", "b", "861000000000002"), leaf("03", "a")}));
  Certificates certificates(book);
  EXPECT_EQ(serials(*certificates.find("02")), Serials{"02"});
  EXPECT_EQ(serials(*certificates.find("a")), (Serials{"03", "01"})) << "newest first";
  EXPECT_EQ(serials(*certificates.find("861000000000002")), Serials{"02"});
  EXPECT_EQ(serials(*certificates.find(std::string(62, 'F') + "03")), Serials{"03"});
  EXPECT_TRUE(certificates.find("")->empty());
  EXPECT_TRUE(certificates.find("nobody")->empty());
  const auto one = certificates.by_id(id("01"));
  ASSERT_TRUE(one && *one);
  EXPECT_EQ((*one)->certificate.imei, "861000000000001");
  EXPECT_EQ((*one)->certificate.pem, "PEM 01");
  EXPECT_EQ((*one)->status, CertificateStatus::valid);
  EXPECT_FALSE(*certificates.by_id({"other", "01"}));
}

TEST_P(CertificatesTest, HaveAStatus) {
  auto book = open();
  auto short_lived = leaf("03");
  short_lived.not_after = morning + hours(1);
  ASSERT_TRUE(book.record_issued({leaf("01"), leaf("02"), short_lived, leaf("04")}));
  Certificates certificates(book);
  const Revocation stolen{id("01"), morning + hours(2), RevocationReason::key_compromise};
  EXPECT_EQ(*certificates.revoke(std::vector{stolen}), 1U);
  const Certificates::Renewal renewal{id("02"), leaf("05")};
  ASSERT_TRUE(certificates.record_renewal(std::vector{renewal}, std::nullopt));
  clock.advance(hours(3));
  const auto all = *certificates.list({});
  std::vector<std::string> words;
  for (const auto& one : all) words.emplace_back(word(one.status));
  EXPECT_EQ(words, (Serials{"revoked", "superseded", "expired", "valid", "valid"}));
  ASSERT_TRUE(all[0].revoked);
  EXPECT_EQ(all[0].revoked->at, morning + hours(2));
  EXPECT_EQ(all[0].revoked->reason, RevocationReason::key_compromise);
  ASSERT_TRUE(all[1].renewed_by);
  EXPECT_EQ(all[1].renewed_by->serial, "05");
  for (const auto& [status, wanted] :
       std::vector<std::pair<CertificateStatus, Serials>>{{CertificateStatus::revoked, {"01"}},
                                                          {CertificateStatus::superseded, {"02"}},
                                                          {CertificateStatus::expired, {"03"}},
                                                          {CertificateStatus::valid, {"04", "05"}},
                                                          {CertificateStatus::unsettled, {}}})
    EXPECT_EQ(serials(*certificates.list({.status = status})), wanted) << word(status);
  const auto counts = *certificates.counts();
  EXPECT_EQ(counts.valid, 2U);
  EXPECT_EQ(counts.revoked, 1U);
  EXPECT_EQ(counts.expired, 1U);
  EXPECT_EQ(counts.superseded, 1U);
}

TEST_P(CertificatesTest, AreFilteredAndPaged) {
  auto book = open();
  auto soon = leaf("01");
  soon.not_after = morning + hours(24);
  auto server_certificate = leaf("02", "broker");
  server_certificate.kind = "server";
  ASSERT_TRUE(book.record_issued({soon, server_certificate, leaf("03", "c", "8610"), leaf("04"), leaf("05")}));
  Certificates certificates(book);
  EXPECT_EQ(serials(*certificates.list({.expires_before = morning + hours(48)})), Serials{"01"});
  EXPECT_EQ(serials(*certificates.list({.kind = "server"})), Serials{"02"});
  EXPECT_EQ(serials(*certificates.list({.name = "broker"})), Serials{"02"});
  EXPECT_EQ(serials(*certificates.list({.imei = "8610"})), Serials{"03"});
  EXPECT_TRUE(certificates.list({.issuer = "other"})->empty());
  CertificateFilter page{.limit = 2};
  Serials seen;
  for (;;) {
    const auto some = *certificates.list(page);
    if (some.empty()) break;
    EXPECT_LE(some.size(), 2U);
    for (const auto& one : some) seen.push_back(one.certificate.serial);
    page.after = some.back().position;
  }
  EXPECT_EQ(seen, (Serials{"01", "02", "03", "04", "05"}));
  std::size_t streamed = 0;
  ASSERT_TRUE(certificates.for_each({}, [&](const CertificateRecord&) -> Result<bool> { return ++streamed < 3; }));
  EXPECT_EQ(streamed, 3U) << "false stops";
  const auto failed = certificates.for_each({}, [&](const auto&) { return Result<bool>(Error{Errc::disk, "full"}); });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "full");
}

TEST_P(CertificatesTest, AreRevokedAllOrNoneAndOnce) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({leaf("01"), leaf("02")}));
  Certificates certificates(book);
  const std::vector<Revocation> one{{id("01"), morning, RevocationReason::superseded}};
  EXPECT_EQ(*certificates.revoke(one), 1U);
  const std::vector<Revocation> again{{id("01"), morning + hours(1), RevocationReason::key_compromise},
                                      {id("02"), morning + hours(1), RevocationReason::key_compromise}};
  EXPECT_EQ(*certificates.revoke(again), 1U);
  EXPECT_EQ((*certificates.by_id(id("01")))->revoked->reason, RevocationReason::superseded) << "the first word counts";
  const std::vector<Revocation> unknown{{id("99"), morning, RevocationReason::superseded}};
  const auto refused = certificates.revoke(unknown);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::ledger);
  EXPECT_EQ(refused.error().what, "serial 99 is not in the ledger for that issuer");
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_P(CertificatesTest, ARenewalIssuesSupersedesAndRevokesInOneStep) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({leaf("01"), leaf("02")}));
  Certificates certificates(book);
  // The second pair fails: nothing of the first may stay.
  const std::vector<Certificates::Renewal> half{{id("01"), leaf("03")}, {id("99"), leaf("04")}};
  EXPECT_FALSE(certificates.record_renewal(half, RevocationReason::superseded));
  EXPECT_FALSE(*certificates.by_id(id("03")));
  const std::vector<Certificates::Renewal> rma{{id("01"), leaf("03")}};
  ASSERT_TRUE(certificates.record_renewal(rma, RevocationReason::cessation_of_operation));
  const auto old = *certificates.by_id(id("01"));
  EXPECT_EQ(old->status, CertificateStatus::revoked);
  EXPECT_EQ(old->renewed_by->serial, "03");
  EXPECT_EQ(old->revoked->reason, RevocationReason::cessation_of_operation);
}

TEST_P(CertificatesTest, UnaccountedSerialsStopSigningUntilTheyAreSettled) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({leaf("01")}));
  Certificates certificates(book);
  const std::vector<Unaccounted> seen{{id("01"), "in the CRL", morning},
                                      {id("aa"), "in the CRL", morning},
                                      {id("bb"), "on a device", morning},
                                      {id("cc"), "on a device", morning}};
  EXPECT_EQ(*certificates.report_unaccounted(seen), 3U) << "01 is known";
  EXPECT_EQ(*certificates.report_unaccounted(seen), 0U);
  const auto refused = book.record_issued({leaf("02")});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "nothing is signed while 3 serials are unaccounted for since the restore");
  EXPECT_FALSE(certificates.record_renewal(std::vector<Certificates::Renewal>{{id("01"), leaf("02")}}, std::nullopt));
  Batches batches(book);
  auto writer = batches.writer(*batches.begin("b", "hash", 1));
  EXPECT_FALSE(writer->add(leaf("02")));
  EXPECT_EQ(certificates.counts()->unsettled, 3U);
  EXPECT_EQ(certificates.find("aa")->front().status, CertificateStatus::unsettled);
  EXPECT_EQ(certificates.list({.status = CertificateStatus::unsettled})->size(), 3U);

  ASSERT_TRUE(
      certificates.settle({.id = id("aa"), .how = Settlement::revoked, .reason = RevocationReason::unspecified}));
  EXPECT_FALSE(certificates.settle({.id = id("aa")})) << "settled once";
  EXPECT_FALSE(certificates.settle({.id = id("bb"), .how = Settlement::accounted})) << "without its certificate";
  EXPECT_FALSE(certificates.settle({.id = id("bb"), .how = Settlement::accounted, .found = leaf("cc")}));
  ASSERT_TRUE(certificates.settle({.id = id("bb"), .how = Settlement::accounted, .found = leaf("bb")}));
  ASSERT_TRUE(certificates.settle({.id = id("cc"), .how = Settlement::never_issued, .note = "Kim looked"}));
  EXPECT_TRUE(certificates.unaccounted()->empty());
  EXPECT_TRUE(book.record_issued({leaf("02")}));
  EXPECT_EQ(certificates.find("aa")->front().status, CertificateStatus::revoked);
  EXPECT_EQ((*certificates.by_id(id("bb")))->status, CertificateStatus::valid);
  Crls crls(book);
  EXPECT_EQ(*crls.revoked_count(issuer), 1U);
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST(RevocationReasons, AreThoseOfTheStandard) {
  EXPECT_EQ(parse_reason("keyCompromise"), RevocationReason::key_compromise);
  EXPECT_EQ(parse_reason("key-compromise"), RevocationReason::key_compromise);
  EXPECT_EQ(parse_reason("CESSATIONOFOPERATION"), RevocationReason::cessation_of_operation);
  EXPECT_FALSE(parse_reason("removeFromCRL")) << "for delta CRLs only";
  EXPECT_EQ(reason_words().size(), 9U);
  for (const auto& name : reason_words()) EXPECT_EQ(word(*parse_reason(name)), name);
  EXPECT_FALSE(reason_of(7));
}

class CrlTest : public BothTest {};
EPKI_ON_BOTH(CrlTest);

TEST_P(CrlTest, NumbersOnlyGrow) {
  auto book = open();
  Crls crls(book);
  EXPECT_EQ(*crls.reserve_number(issuer), 1);
  EXPECT_EQ(*crls.reserve_number(issuer), 2);
  EXPECT_EQ(*crls.reserve_number("other"), 1);
  ASSERT_TRUE(crls.jump_number(issuer, 100));
  EXPECT_EQ(*crls.reserve_number(issuer), 100);
  ASSERT_TRUE(crls.jump_number(issuer, 50));
  EXPECT_EQ(*crls.reserve_number(issuer), 101);
  EXPECT_EQ(*Crls(book).reserve_number(issuer), 102);
}

TEST_P(CrlTest, APublishedOneIsRecordedOnce) {
  auto book = open();
  Crls crls(book);
  EXPECT_FALSE(*crls.latest(issuer));
  PublishedCrl crl{issuer, 1, morning, morning + hours(24), std::string(64, 'b'), 7};
  const auto unreserved = crls.record(crl);
  ASSERT_FALSE(unreserved);
  EXPECT_EQ(unreserved.error().what, "CRL number 1 was not reserved");
  crl.number = *crls.reserve_number(issuer);
  ASSERT_TRUE(crls.record(crl));
  const auto twice = crls.record(crl);
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().what, "a CRL with number 1 was published already");
  crl.number = *crls.reserve_number(issuer);
  crl.entries = 8;
  ASSERT_TRUE(crls.record(crl));
  const auto latest = *crls.latest(issuer);
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->number, 2);
  EXPECT_EQ(latest->entries, 8);
  EXPECT_EQ(latest->next_update, morning + hours(24));
  EXPECT_EQ(crls.all(issuer)->size(), 2U);
}

TEST_P(CrlTest, RevokedEntriesComeInOneView) {
  auto book = open();
  std::vector<IssuedCertificate> many;
  std::vector<Revocation> revoked;
  for (int i = 100; i < 1400; ++i) {
    many.push_back(leaf(std::to_string(i)));
    if (i % 2 == 0) revoked.push_back({id(std::to_string(i)), morning, RevocationReason::superseded});
  }
  ASSERT_TRUE(book.record_issued(many));
  Certificates certificates(book);
  EXPECT_EQ(*certificates.revoke(revoked), 650U);
  Crls crls(book);
  std::string last;
  std::size_t count = 0;
  auto walked = crls.for_each_revoked(issuer, [&](const RevokedEntry& entry) -> Status {
    EXPECT_LT(last, entry.serial);
    last = entry.serial;
    // Somebody revokes meanwhile: neither waits for the other, and the view does not change.
    if (++count == 10) {
      const std::vector<Revocation> meanwhile{{id("999"), morning, RevocationReason::key_compromise}};
      EXPECT_EQ(*certificates.revoke(meanwhile), 1U);
    }
    return success();
  });
  ASSERT_TRUE(walked) << walked.error().what;
  EXPECT_EQ(count, 650U);
  EXPECT_EQ(*crls.revoked_count(issuer), 651U);
}

class BatchTest : public BothTest {};
EPKI_ON_BOTH(BatchTest);

TEST_P(BatchTest, GoesOnWhereItWasCut) {
  const std::string source(64, 'c');
  {
    auto book = open();
    Batches batches(book);
    const auto batch = batches.begin("lot-7", source, 10);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->rows_done, 0);
    auto writer = batches.writer(*batch);
    for (const auto* serial : {"01", "02", "03"}) ASSERT_TRUE(writer->add(leaf(serial)));
    ASSERT_TRUE(writer->commit(3));
    ASSERT_TRUE(writer->add(leaf("04")));
    // The process ends here: 04 was never recorded.
  }
  auto book = open();
  Batches batches(book);
  const auto batch = batches.begin("lot-7", source, 10);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->rows_done, 3);
  EXPECT_EQ(batch->begun, morning);
  Certificates certificates(book);
  EXPECT_EQ(serials(*certificates.list({.batch = "lot-7"})), (Serials{"01", "02", "03"}));
  auto writer = batches.writer(*batch);
  ASSERT_TRUE(writer->add(leaf("05")));
  auto taken = writer->add(leaf("05"));
  EXPECT_EQ(taken.ok(), on_postgres()) << "over a network rows are on their way for a while";
  if (taken) taken = writer->commit(4);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::ledger);
  EXPECT_NE(taken.error().what.find("05"), std::string::npos) << taken.error().what;
  ASSERT_TRUE(writer->add(leaf("06")));
  ASSERT_TRUE(writer->commit(4));
  EXPECT_FALSE(*certificates.by_id(id("05"))) << "given up with its transaction";
  const auto other = batches.begin("lot-7", std::string(64, 'd'), 10);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::input);
  EXPECT_FALSE(*batches.find("lot-8"));
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_P(BatchTest, TwoWhoWorkOnTheSameOneDoNotIssueTwice) {
  auto book = open();
  auto other_book = open();
  Batches batches(book), other_batches(other_book);
  auto writer = batches.writer(*batches.begin("lot", "s", 2));
  auto other = other_batches.writer(*other_batches.begin("lot", "s", 2));
  ASSERT_TRUE(writer->add(leaf("01")));
  ASSERT_TRUE(writer->commit(1));
  const auto refused = other->add(leaf("02"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "batch lot is being worked on by another process, too");
}

}  // namespace
}  // namespace epki::ledger
