// What a bundle's signature and hashes catch, each by the name of what is wrong.
#include "verify/bundle/container.hpp"

#include <gtest/gtest.h>

#include "core/archive.hpp"
#include "pki/ossl/rare_key.hpp"
#include "pki/ossl/signature.hpp"

namespace epki::bundle {
namespace {

const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

const ossl::PrivateKey& key() {
  static const auto made = ossl::generate_rare("ed25519");
  return *made;
}

std::string sealed(const ossl::PrivateKey& with = key()) {
  auto made = seal({{"report.json", "{}"}, {"chains/one.pem", "pem"}}, with, "tool 1", noon);
  EXPECT_TRUE(made);
  return made ? *made : "";
}

/// The same archive with its files changed, and nothing signed again.
template <class Change>
std::string changed(Change change) {
  auto files = read_archive(sealed());
  change(*files);
  return *write_archive(*files);
}

ArchivedFile& named(std::vector<ArchivedFile>& files, std::string_view name) {
  return *std::find_if(files.begin(), files.end(), [&](const ArchivedFile& file) { return file.name == name; });
}

void refused(const std::string& bytes, Errc code, std::string_view about, std::string_view pinned = "") {
  const auto opened = open(bytes, pinned);
  ASSERT_FALSE(opened) << "should have been refused because of " << about;
  EXPECT_EQ(opened.error().code, code) << opened.error().what;
  EXPECT_NE(opened.error().what.find(about), std::string::npos) << opened.error().what;
}

TEST(Bundle, OpensAsItWasSealed) {
  for (const char* kind : {"ed25519", "ec-p256", "rsa-2048"}) {
    const auto with = ossl::generate_rare(kind);
    const auto opened = open(sealed(*with), "");
    ASSERT_TRUE(opened) << opened.error().what;
    EXPECT_EQ(opened->members.size(), 2U);
    EXPECT_EQ(opened->members.at("chains/one.pem"), "pem");
    EXPECT_EQ(opened->signer, *ossl::public_fingerprint(ossl::public_pem(*with)));
    EXPECT_EQ(opened->created, "2026-11-22T15:46:00Z");
  }
}

TEST(Bundle, APinIsComparedWhateverItsSpelling) {
  const auto fingerprint = *ossl::public_fingerprint(ossl::public_pem(key()));
  std::string spelled = "SHA256:";
  for (std::size_t i = 0; i < fingerprint.size(); i += 2) {
    spelled += static_cast<char>(std::toupper(fingerprint[i]));
    spelled += fingerprint[i + 1];
    spelled += ':';
  }
  spelled.pop_back();
  EXPECT_TRUE(open(sealed(), fingerprint));
  EXPECT_TRUE(open(sealed(), spelled));
  refused(sealed(), Errc::key, "signed by another key", std::string(64, '0'));
}

TEST(Bundle, EachDamageIsNamed) {
  refused(changed([](auto& files) { named(files, "report.json").content = "{ }"; }), Errc::input,
          "the member report.json was altered");
  refused(changed([](auto& files) {
            std::erase_if(files, [](const ArchivedFile& file) { return file.name == "chains/one.pem"; });
          }),
          Errc::input, "the member chains/one.pem is missing");
  refused(changed([](auto& files) { files.emplace_back("extra.txt", 0644, "x"); }), Errc::input, "extra.txt is not in");
  refused(changed([](auto& files) { files.emplace_back("report.json", 0644, "{}"); }), Errc::input, "there twice");
  refused(changed([](auto& files) { named(files, "manifest.json").content += " "; }), Errc::key, "manifest.sig");
  refused(changed([](auto& files) { named(files, "manifest.sig").content[3] ^= 1; }), Errc::key, "manifest.sig");
  refused(changed([](auto& files) {
            std::erase_if(files, [](const ArchivedFile& file) { return file.name == "manifest.sig"; });
          }),
          Errc::input, "manifest.sig is missing");
  refused("", Errc::input, "no evidence bundle");
  refused("something else entirely", Errc::input, "no evidence bundle");
}

TEST(Bundle, CutAnywhereItIsRefused) {
  const auto whole = sealed();
  // The archive ends in blocks of zeros, which may be missing.
  const auto content = whole.find_last_not_of('\0') + 1;
  for (std::size_t size = 0; size < content; size += 97)
    EXPECT_FALSE(open(std::string_view(whole).substr(0, size), "")) << size << " bytes";
}

}  // namespace
}  // namespace epki::bundle
