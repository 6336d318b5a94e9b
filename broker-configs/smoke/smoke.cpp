#include "broker-configs/smoke/smoke.hpp"

#include <array>

#include "broker-configs/mqtt/client.hpp"
#include "core/text.hpp"

namespace epki::broker {

namespace {

using mqtt::Client;
using mqtt::Entry;

std::string random_word(RandomSource& random) {
  std::array<std::byte, 8> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

class Smoke {
 public:
  Smoke(const SmokePlan& plan, RandomSource& random, Reporter& reporter, const Cancel& cancel)
      : plan_(plan), random_(random), reporter_(reporter), cancel_(cancel) {}

  Status run() {
    if (auto done = good("good", "a good client", false); !done) return done;
    if (plan_.certificates) {
      const std::array<std::tuple<const char*, const char*, const Candidate*>, 4> kept_out{
          {{"no-certificate", "a client without certificate", nullptr},
           {"wrong-ca", "a certificate of another CA under the same name", &plan_.wrong_ca},
           {"expired", "a certificate that has ended", &plan_.expired},
           {"revoked", "a certificate that was revoked", &plan_.revoked}}};
      for (const auto& [id, client, candidate] : kept_out)
        if (auto done = stranger(id, client, candidate); !done) return done;
    }
    if (auto done = plan_.certificates ? topic_of_another_device() : topic_outside(); !done) return done;
    return good("good-again", "the good client once more", true);
  }

  std::vector<SmokeRow> rows() && { return std::move(rows_); }

 private:
  Deadline soon() const { return after(plan_.patience); }

  void add(std::string id, std::string client, Met wanted, Met found, std::string detail) {
    rows_.push_back({std::move(id), std::move(client), wanted, found, std::move(detail)});
  }

  mqtt::Door door(const ClientIdentity* identity) {
    mqtt::Door door{.address = plan_.address,
                    .port = plan_.port,
                    .tls = {.trusted = plan_.trusted, .host = plan_.host},
                    .client_id = "epki-" + random_word(random_)};
    if (identity != nullptr) {
      door.tls.chain = identity->chain;
      door.tls.key = identity->key;
    }
    return door;
  }

  static Met met(Entry entry) {
    switch (entry) {
      case Entry::inside: return Met::accepted;
      case Entry::refused: return Met::refused;
      case Entry::distrusted:
      case Entry::silent:
      case Entry::unreachable: return Met::unclear;
    }
    return Met::unclear;
  }

  // Accepted means that its message came back: an access list that denies it says nothing.
  Status good(const char* id, const char* who, bool again) {
    if (plan_.certificates && !plan_.good.identity) {
      if (!again) add(id, who, Met::accepted, Met::untested, plan_.good.missing);
      return success();
    }
    reporter_.step(std::string("trying ") + who);
    const auto* identity = plan_.certificates ? &*plan_.good.identity : nullptr;
    auto client = Client::enter(door(identity), soon(), cancel_);
    if (!client) return std::move(client).error();
    if (client->entry() == Entry::unreachable && !again)
      return Error{Errc::network, client->how(), "start the broker, or say where it listens with --address"};
    if (client->entry() != Entry::inside) {
      const bool never = client->entry() == Entry::distrusted || client->entry() == Entry::refused;
      add(id, who, Met::accepted, never ? Met::refused : Met::unclear, client->how());
      return success();
    }
    const auto topic = own_topic(identity, "smoke");
    const auto echoed = echo(*client, topic);
    if (!echoed && echoed.error().code == Errc::interrupted) return echoed.error();
    add(id, who, Met::accepted, echoed ? Met::accepted : Met::unclear,
        echoed ? client->how() + ", its message on " + topic + " came back"
               : client->how() + ", but its message on " + topic + " did not come back: " + echoed.error().what +
                     " (does the access list let it?)");
    client->leave(soon(), cancel_);
    return success();
  }

  Status stranger(const char* id, const char* who, const Candidate* candidate) {
    if (candidate != nullptr && !candidate->identity) {
      add(id, who, Met::refused, Met::untested, candidate->missing);
      return success();
    }
    reporter_.step(std::string("trying ") + who);
    auto client = Client::enter(door(candidate == nullptr ? nullptr : &*candidate->identity), soon(), cancel_);
    if (!client) return std::move(client).error();
    add(id, who, Met::refused, met(client->entry()), client->how());
    client->leave(soon(), cancel_);
    return success();
  }

  std::string own_topic(const ClientIdentity* identity, const std::string& last) {
    return "ec200u/" + (identity != nullptr ? identity->name : "epki-test-" + random_word(random_)) + "/" + last;
  }

  // One message to oneself.
  Status echo(Client& client, const std::string& topic) {
    const auto payload = random_word(random_);
    if (auto done = client.subscribe(topic, soon(), cancel_); !done) return done;
    if (auto done = client.publish(topic, payload, soon(), cancel_); !done) return done;
    const auto by = soon();
    for (;;) {
      auto message = client.message(by, cancel_);
      if (!message) return std::move(message).error();
      if (message->topic == topic && message->payload == payload) return success();
    }
  }

  // Whether `listener` gets what `sender` publishes on `topic`. Nothing is waited for that does not come: what
  // `listener` says to itself on `fence` afterwards must come first if the other was thrown away, because the broker
  // has acknowledged the other before.
  Result<bool> gets_through(Client& sender, Client& listener, const std::string& topic, const std::string& fence) {
    const auto payload = random_word(random_);
    if (auto done = listener.subscribe(topic, soon(), cancel_); !done) return std::move(done).error();
    if (auto done = listener.subscribe(fence, soon(), cancel_); !done) return std::move(done).error();
    if (auto done = sender.publish(topic, payload, soon(), cancel_); !done) return std::move(done).error();
    if (auto done = listener.publish(fence, payload, soon(), cancel_); !done) return std::move(done).error();
    const auto by = soon();
    for (;;) {
      auto message = listener.message(by, cancel_);
      if (!message) return std::move(message).error();
      if (message->payload != payload) continue;
      return message->topic == topic;
    }
  }

  Status judge(const char* id, const char* who, const Result<bool>& through, const std::string& topic) {
    if (!through && through.error().code == Errc::interrupted) return through.error();
    const auto found = !through ? Met::unclear : *through ? Met::accepted : Met::refused;
    add(id, who, Met::refused, found,
        !through   ? through.error().what
        : *through ? "a message on " + topic + " arrived"
                   : "a message on " + topic + " did not arrive, one sent after it did");
    return success();
  }

  Status topic_of_another_device() {
    const char* write_row = "a device that writes to the topic of another";
    const char* read_row = "a device that reads the topic of another";
    if (!plan_.good.identity || !plan_.other.identity) {
      const auto& why = plan_.good.identity ? plan_.other.missing : plan_.good.missing;
      add("other-topic-write", write_row, Met::refused, Met::untested, why);
      add("other-topic-read", read_row, Met::refused, Met::untested, why);
      return success();
    }
    reporter_.step("trying the topic of another device");
    auto one = Client::enter(door(&*plan_.good.identity), soon(), cancel_);
    if (!one) return std::move(one).error();
    auto two = Client::enter(door(&*plan_.other.identity), soon(), cancel_);
    if (!two) return std::move(two).error();
    if (one->entry() != Entry::inside || two->entry() != Entry::inside) {
      const auto& why = one->entry() != Entry::inside ? one->how() : two->how();
      add("other-topic-write", write_row, Met::refused, Met::unclear, why);
      add("other-topic-read", read_row, Met::refused, Met::unclear, why);
      return success();
    }
    const auto theirs = own_topic(&*plan_.other.identity, "smoke"), mine = own_topic(&*plan_.good.identity, "smoke");
    if (auto done = judge("other-topic-write", write_row,
                          gets_through(*one, *two, theirs, own_topic(&*plan_.other.identity, "fence")), theirs);
        !done)
      return done;
    if (auto done = judge("other-topic-read", read_row,
                          gets_through(*one, *two, mine, own_topic(&*plan_.other.identity, "fence")), mine);
        !done)
      return done;
    one->leave(soon(), cancel_);
    two->leave(soon(), cancel_);
    return success();
  }

  Status topic_outside() {
    const char* who = "a client that uses a topic outside of ec200u/";
    reporter_.step("trying a topic outside of ec200u/");
    auto client = Client::enter(door(nullptr), soon(), cancel_);
    if (!client) return std::move(client).error();
    const auto outside = "epki-test/" + random_word(random_);
    if (client->entry() != Entry::inside) {
      add("other-topic", who, Met::refused, Met::unclear, client->how());
      return success();
    }
    return judge("other-topic", who, gets_through(*client, *client, outside, own_topic(nullptr, "fence")), outside);
  }

  const SmokePlan& plan_;
  RandomSource& random_;
  Reporter& reporter_;
  const Cancel& cancel_;
  std::vector<SmokeRow> rows_;
};

}  // namespace

std::string_view word(Met met) {
  switch (met) {
    case Met::accepted: return "accepted";
    case Met::refused: return "refused";
    case Met::unclear: return "unclear";
    case Met::untested: return "untested";
  }
  return "?";
}

Result<std::vector<SmokeRow>> try_out(const SmokePlan& plan, RandomSource& random, Reporter& reporter,
                                      const Cancel& cancel) {
  Smoke smoke(plan, random, reporter, cancel);
  if (auto done = smoke.run(); !done) return std::move(done).error();
  return std::move(smoke).rows();
}

}  // namespace epki::broker
