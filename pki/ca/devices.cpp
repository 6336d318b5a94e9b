#include "pki/ca/devices.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "core/ordered_makers.hpp"
#include "core/text.hpp"
#include "pki/ca/pattern.hpp"
#include "pki/ca/subject.hpp"
#include "pki/lint/gate.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/fresh_key.hpp"
#include "pki/ossl/leaf_press.hpp"

namespace epki::ca {

namespace {

constexpr std::size_t looked_at_one_in = 256;

// What one thread has to itself.
struct Worker {
  ossl::KeyMaker keys;
  ossl::LeafPress press;
  lint::Gate gate;
  std::size_t made = 0;                     ///< in all calls of mint()
  std::optional<std::chrono::days> last{};  ///< lifetime of the one before

  /// Whether the next one is read back and judged: the first, one in 256, and the first of each lifetime.
  bool looks_at_next(std::chrono::days lifetime) {
    const bool looks = made++ % looked_at_one_in == 0 || lifetime != last;
    last = lifetime;
    return looks;
  }
};

// A device and what is decided of it before the threads begin.
struct Ticket {
  WantedDevice device;
  std::vector<std::byte> serial;
  Instant not_after;
};

// As another_serial(), from the random bytes that the ticket brought: the random source belongs to another thread.
std::vector<std::byte> derived_serial(std::span<const std::byte> serial, std::size_t attempt) {
  std::vector<std::byte> seed(serial.begin(), serial.end());
  seed.push_back(static_cast<std::byte>(attempt));
  const auto digest = ossl::sha256(seed);
  std::vector<std::byte> fresh(digest.begin(), digest.begin() + 16 + static_cast<std::ptrdiff_t>(attempt % 3));
  fresh.front() = (fresh.front() & std::byte{0x3f}) | std::byte{0x40};
  return fresh;
}

}  // namespace

struct DeviceMint::Impl {
  Identity issuer;
  std::string issuer_sha256;
  Instant not_before;
  World world;
  std::shared_ptr<ossl::KeyStock> stock;
  std::vector<Worker> workers{};
  // Last: its threads use all the others.
  std::unique_ptr<OrderedMakers<Ticket, Result<Device>>> makers{};

  Result<ossl::FreshKey> next_key(Worker& worker) const;
  Result<Device> one(Worker& worker, const Ticket& ticket) const;
  Result<std::vector<Ticket>> tickets(std::span<const WantedDevice> wanted) const;
  Status look_at(lint::Gate& gate, const WantedDevice& wanted, const ossl::Certificate& made) const;
};

DeviceMint::DeviceMint(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DeviceMint::DeviceMint(DeviceMint&&) noexcept = default;
DeviceMint& DeviceMint::operator=(DeviceMint&&) noexcept = default;
DeviceMint::~DeviceMint() = default;

Status check_device_name(std::string_view name) {
  auto subject = client_subject(name);
  if (!subject) return std::move(subject).error();
  return success();
}

Result<DeviceMint> DeviceMint::make(const profile::Profile& profile, ossl::KeyType key, const Identity& issuer,
                                    const ossl::Chain& above, World world, unsigned threads,
                                    std::shared_ptr<ossl::KeyStock> stock) {
  if (auto checked = check_profile(profile, false, "client certificate"); !checked) return std::move(checked).error();
  auto spec = spec_below(profile, key, std::chrono::days(1), issuer, world);
  if (!spec) return std::move(spec).error();
  const ossl::Issuer signer{issuer.certificate, issuer.key};
  auto press = ossl::LeafPress::make(*spec, signer);
  if (!press) return std::move(press).error();
  auto impl = std::make_unique<Impl>(
      Impl{issuer, ossl::sha256_hex(issuer.certificate.subject_der()), spec->not_before, world, std::move(stock)});
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < threads; ++i) {
    auto keys = ossl::KeyMaker::make(key);
    if (!keys) return std::move(keys).error();
    ossl::Chain issuers{issuer.certificate};
    issuers.insert(issuers.end(), above.begin(), above.end());
    impl->workers.push_back(
        {*std::move(keys), *press, lint::Gate({std::move(issuers), profile, world.clock.now(), std::nullopt})});
  }
  impl->makers = std::make_unique<OrderedMakers<Ticket, Result<Device>>>(
      threads, [mint = impl.get()](std::size_t thread, const Ticket& ticket) {
        return mint->one(mint->workers[thread], ticket);
      });
  return DeviceMint(std::move(impl));
}

// Names and numbers are settled here, in one thread: the random source need not be shared, and nothing is made for a
// list that holds a bad name.
Result<std::vector<Ticket>> DeviceMint::Impl::tickets(std::span<const WantedDevice> wanted) const {
  if (auto checked = check_issuer(issuer, world.clock.now()); !checked) return std::move(checked).error();
  std::vector<Ticket> all;
  all.reserve(wanted.size());
  constexpr std::size_t serial_bytes = 16;
  std::vector<std::byte> random(serial_bytes * wanted.size());  // asked for once: each time costs a system call
  world.random.fill(random);
  for (const auto& device : wanted) {
    const auto bytes = std::span(random).subspan(serial_bytes * all.size(), serial_bytes);
    if (auto checked = check_device_name(device.name); !checked) return std::move(checked).error();
    if (auto checked = check_lifetime(device.lifetime); !checked) return std::move(checked).error();
    const Instant until = world.clock.now() + device.lifetime;
    all.push_back({device, serial_of(bytes), std::min(until, issuer.certificate.not_after())});
  }
  return all;
}

Status DeviceMint::Impl::look_at(lint::Gate& gate, const WantedDevice& wanted, const ossl::Certificate& made) const {
  if (!made.signed_by(issuer.certificate))
    return Error{Errc::internal, "the signature just made for " + wanted.name + " does not verify",
                 "nothing of this batch was written; suspect this machine's memory or processor"};
  return lint::refuse_errors(gate.judge(made), wanted.name);
}

Result<ossl::FreshKey> DeviceMint::Impl::next_key(Worker& worker) const {
  if (stock)
    if (auto ready = stock->take()) return *std::move(ready);
  return worker.keys.next();
}

Result<Device> DeviceMint::Impl::one(Worker& worker, const Ticket& ticket) const {
  const auto& wanted = ticket.device;
  auto serial = ticket.serial;
  const bool looked_at = worker.looks_at_next(wanted.lifetime);
  for (std::size_t attempt = 1; attempt <= most_attempts; ++attempt) {
    auto key = next_key(worker);
    if (!key) return std::move(key).error();
    const auto der = worker.press.press({wanted.name, serial, not_before, ticket.not_after, key->public_key});
    if (!der) return der.error();
    Device device;
    auto& row = device.row;
    row.pem = ossl::pem_of_certificate(*der);
    if (!can_be_uploaded(row.pem) || !can_be_uploaded(key->pem.view())) {
      serial = derived_serial(ticket.serial, attempt);
      continue;
    }
    const bool plain = wanted.name.find_first_of("\",;<>\\= ") == std::string::npos;
    row.subject = "CN=" + wanted.name;
    if (looked_at || !plain) {
      const auto read = ossl::Certificate::from_der(*der);
      if (!read) return read.error();
      if (looked_at)
        if (auto good = look_at(worker.gate, wanted, *read); !good) return std::move(good).error();
      row.subject = read->subject();
    }
    row.serial = to_hex(serial);
    row.issuer = issuer_sha256;
    row.kind = "device";
    row.name = wanted.name;
    row.sha256 = ossl::sha256_hex(*der);
    row.not_before = not_before;
    row.not_after = ticket.not_after;
    device.key = std::move(key->pem);
    return device;
  }
  return never_uploadable(wanted.name);
}

Status DeviceMint::want(std::span<const WantedDevice> devices) {
  auto tickets = impl_->tickets(devices);
  if (!tickets) return std::move(tickets).error();
  if (impl_->stock) impl_->stock->limit(0);  // the processors have enough to do from now on
  impl_->makers->want(*std::move(tickets));
  return success();
}

Result<std::vector<Device>> DeviceMint::take(std::size_t count) {
  std::vector<Device> all;
  all.reserve(count);
  for (auto& made : impl_->makers->take(count)) {
    if (!made) return std::move(made).error();
    all.push_back(*std::move(made));
  }
  return all;
}

Result<std::vector<Device>> DeviceMint::mint(std::span<const WantedDevice> wanted) {
  if (auto begun = want(wanted); !begun) return std::move(begun).error();
  return take(wanted.size());
}

}  // namespace epki::ca
