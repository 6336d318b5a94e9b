// Figures of issuing, in one process: issue_bench floor COUNT | parts COUNT FOLDER. bench/figures/issue builds and runs
// it. The floor is key generation, SHA-256 and ECDSA in a bare loop: no program that makes new keys can be faster.
#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY is what makes the floor low: see pki/ossl/fresh_key.cpp
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/sha.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/random.hpp"
#include "ledger/batches.hpp"
#include "pki/ca/devices.hpp"

using namespace epki;
using Steady = std::chrono::steady_clock;

namespace {

double milliseconds_since(Steady::time_point start) {
  return std::chrono::duration<double, std::milli>(Steady::now() - start).count();
}

bool bare_loop(std::size_t count) {
  EC_KEY* issuer = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  EC_KEY* fresh = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
  bool good = issuer != nullptr && fresh != nullptr && EC_KEY_generate_key(issuer) == 1;
  std::vector<unsigned char> certificate(420, 1), signature(128);  // as long as what is signed of a device's
  for (std::size_t i = 0; good && i < count; ++i) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    unsigned length = 0;
    good = EC_KEY_generate_key(fresh) == 1;
    SHA256(certificate.data(), certificate.size(), digest);
    good = good && ECDSA_sign(0, digest, sizeof digest, signature.data(), &length, issuer) == 1;
  }
  EC_KEY_free(issuer);
  EC_KEY_free(fresh);
  return good;
}

double floor_of(std::size_t count, unsigned threads) {
  const auto start = Steady::now();
  {
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < threads; ++i)
      all.emplace_back([=] {
        if (!bare_loop(count / threads)) std::abort();
      });
  }
  return milliseconds_since(start);
}

template <class T>
T take(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "error: %s\n", result.error().what.c_str());
  std::exit(1);
}

void take(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "error: %s\n", status.error().what.c_str());
  std::exit(1);
}

void parts(std::size_t count, const std::filesystem::path& folder) {
  const SystemClock clock;
  SystemRandom random;
  const ca::World world{clock, random};
  const auto root = take(ca::mint_device_root(take(profile::built_in("root")), "bench", ossl::KeyType::ec_p256,
                                              std::chrono::days(3000), world));
  std::vector<ca::WantedDevice> wanted;
  for (std::size_t i = 0; i < count; ++i) wanted.push_back({"device-" + std::to_string(i), std::chrono::days(300)});
  for (const unsigned threads : {1U, std::thread::hardware_concurrency()}) {
    auto start = Steady::now();
    auto mint =
        take(ca::DeviceMint::make(take(profile::built_in("device")), ossl::KeyType::ec_p256, root, {}, world, threads));
    const double ready = milliseconds_since(start);
    start = Steady::now();
    const auto made = take(mint.mint(wanted));
    const double minted = milliseconds_since(start);
    start = Steady::now();
    auto ledger = take(ledger::Ledger::open(folder / (std::to_string(threads) + ".db"), clock, {}));
    const double opened = milliseconds_since(start);
    start = Steady::now();
    ledger::Batches batches(ledger);
    auto writer = take(batches.writer(take(batches.begin("bench", "", static_cast<std::int64_t>(count)))));
    for (const auto& one : made) take(writer.add(one.row));
    const double added = milliseconds_since(start);
    take(writer.commit(static_cast<std::int64_t>(count)));
    std::printf("%u threads: ready %.1f ms, minted %.1f ms, ledger opened %.1f ms, added %.1f ms, committed %.1f ms\n",
                threads, ready, minted, opened, added, milliseconds_since(start) - added);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "";
  const auto count = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 1000UL;
  if (what == "floor") {
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    std::printf("%.3f %.3f\n", floor_of(count, 1), floor_of(count, cores));
    return 0;
  }
  if (what == "parts" && argc == 4) {
    parts(count, argv[3]);
    return 0;
  }
  std::fputs("usage: issue_bench floor COUNT | issue_bench parts COUNT FOLDER\n", stderr);
  return 2;
}
