#include "ledger/devices.hpp"

#include <random>
#include <thread>

#include "ledger/certificates.hpp"
#include "ledger/key_proofs.hpp"
#include "ledger/tests/both.hpp"

namespace epki::ledger {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class DevicesTest : public BothTest {
 protected:
  static DeviceStep at(const std::string& imei, Phase phase, Attempt attempt = Attempt::running) {
    return {.imei = imei, .phase = phase, .attempt = attempt};
  }
  static DeviceStep in_slot(const std::string& imei, const std::string& slot = "1-1", const std::string& batch = "B1") {
    return {.imei = imei, .slot = slot, .station = "line-1", .job = "job", .batch = batch, .operator_name = "Kim"};
  }
};
EPKI_ON_BOTH(DevicesTest);

using Oddities = std::vector<Oddity>;

TEST_P(DevicesTest, GoThroughTheirPhases) {
  auto book = open();
  Devices devices(book);
  auto arrival = devices.arrive(in_slot("8610"));
  ASSERT_TRUE(arrival) << arrival.error().what;
  EXPECT_TRUE(arrival->begun);
  EXPECT_TRUE(arrival->oddities.empty());
  EXPECT_FALSE(arrival->before);
  clock.advance(minutes(1));
  auto identified = at("8610", Phase::identified);
  identified.model = "EC200U";
  identified.firmware = "R03";
  ASSERT_TRUE(devices.step(identified));
  for (const auto phase : {Phase::uploaded, Phase::configured}) ASSERT_TRUE(devices.step(at("8610", phase)));
  auto verified = at("8610", Phase::verified);
  verified.serial = "0a0b";
  verified.status = "protected";
  ASSERT_TRUE(devices.step(verified));
  ASSERT_TRUE(devices.step(at("8610", Phase::recorded, Attempt::passed)));
  const auto device = *devices.find("8610");
  ASSERT_TRUE(device);
  EXPECT_EQ(device->phase, Phase::recorded);
  EXPECT_EQ(device->attempt, Attempt::passed);
  EXPECT_EQ(device->attempts, 1);
  EXPECT_EQ(device->passes, 1);
  EXPECT_EQ(device->slot, "1-1");
  EXPECT_EQ(device->operator_name, "Kim");
  EXPECT_EQ(device->firmware, "R03");
  EXPECT_EQ(device->serial, "0a0b");
  EXPECT_EQ(device->status, "protected");
  EXPECT_EQ(device->first_seen, morning);
  EXPECT_EQ(device->updated, morning + minutes(1));
  const auto history = *devices.history("8610");
  ASSERT_EQ(history.size(), 6U);
  EXPECT_EQ(history[4].step.serial, "0a0b");
  EXPECT_EQ(history[0].step.operator_name, "Kim");
  EXPECT_FALSE(*devices.find("8611"));
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_P(DevicesTest, NeverGoBackNorStepWithoutAnAttempt) {
  auto book = open();
  Devices devices(book);
  const auto early = devices.step(at("8610", Phase::identified));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().what, "no attempt is running for device 8610");
  ASSERT_TRUE(devices.arrive(in_slot("8610")));
  ASSERT_TRUE(devices.step(at("8610", Phase::configured)));
  const auto back = devices.step(at("8610", Phase::uploaded));
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().what, "device 8610 cannot go back from configured to uploaded");
  EXPECT_FALSE(devices.step(at("8610", Phase::verified, Attempt::passed))) << "passed is for recorded only";
  ASSERT_TRUE(devices.step(at("8610", Phase::configured, Attempt::failed)));
  EXPECT_FALSE(devices.step(at("8610", Phase::recorded, Attempt::passed))) << "its attempt has ended";
}

TEST_P(DevicesTest, GoOnAfterACut) {
  {
    auto book = open();
    Devices devices(book);
    ASSERT_TRUE(devices.arrive(in_slot("8610")));
    ASSERT_TRUE(devices.step(at("8610", Phase::uploaded)));
  }
  auto book = open();
  Devices devices(book);
  const auto running = *devices.running("line-1");
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0].phase, Phase::uploaded);
  EXPECT_TRUE(devices.running("line-2")->empty());
  const auto again = devices.arrive(in_slot("8610"));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->begun);
  EXPECT_EQ(again->oddities, Oddities{Oddity::resumed});
  EXPECT_EQ(again->before->phase, Phase::uploaded);
  EXPECT_EQ((*devices.find("8610"))->attempts, 1) << "the same attempt goes on";
}

TEST_P(DevicesTest, OddArrivalsAreRecognisedAndHeld) {
  auto book = open();
  Devices devices(book);
  auto first = in_slot("8610");
  first.board = "PCB-1";
  ASSERT_TRUE(devices.arrive(first)->begun);

  auto elsewhere = devices.arrive(in_slot("8610", "1-2"));
  ASSERT_TRUE(elsewhere);
  EXPECT_FALSE(elsewhere->begun);
  EXPECT_EQ(elsewhere->oddities, Oddities{Oddity::elsewhere});
  EXPECT_EQ(elsewhere->before->slot, "1-1");
  EXPECT_EQ(elsewhere->before->operator_name, "Kim");
  EXPECT_EQ((*devices.find("8610"))->slot, "1-1") << "nothing was begun";
  EXPECT_TRUE(devices.arrive(in_slot("8610", "1-2"), {Oddity::elsewhere})->begun);
  EXPECT_EQ((*devices.find("8610"))->slot, "1-2");

  ASSERT_TRUE(devices.step(at("8610", Phase::recorded, Attempt::passed)));
  EXPECT_EQ(devices.arrive(in_slot("8610", "1-2"))->oddities, Oddities{Oddity::already_provisioned});
  EXPECT_EQ(devices.arrive(in_slot("8610", "1-2", "B2"))->oddities,
            (Oddities{Oddity::already_provisioned, Oddity::other_batch}));
  auto another_board = in_slot("8610", "1-2");
  another_board.board = "PCB-2";
  EXPECT_EQ(devices.arrive(another_board)->oddities, (Oddities{Oddity::already_provisioned, Oddity::another_board}));

  auto swapped = in_slot("8611", "1-3");
  swapped.board = "PCB-1";
  const auto held = devices.arrive(swapped);
  EXPECT_EQ(held->oddities, Oddities{Oddity::board_of_another_device});
  EXPECT_FALSE(held->begun);
  EXPECT_EQ(held->owner_of_board->imei, "8610");
  EXPECT_FALSE(*devices.find("8611"));
  const auto event = book.events(1, 1000)->back();
  EXPECT_EQ(event.kind, "device-arrived");
  EXPECT_EQ(event.detail["oddities"][0].text(), "board-of-another-device");
  EXPECT_EQ(event.detail["begun"].boolean(), false);
  EXPECT_TRUE(devices.arrive(swapped, {Oddity::board_of_another_device})->begun);
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_P(DevicesTest, AScannedBoardIsBound) {
  auto book = open();
  Devices devices(book);
  EXPECT_FALSE(devices.bind_board("8610", "PCB-1")) << "it has not arrived";
  ASSERT_TRUE(devices.arrive(in_slot("8610")));
  ASSERT_TRUE(devices.arrive(in_slot("8611", "1-2")));
  ASSERT_TRUE(devices.step(at("8610", Phase::uploaded)));
  EXPECT_TRUE(devices.bind_board("8610", "PCB-1")->empty());
  EXPECT_EQ((*devices.find("8610"))->phase, Phase::uploaded);
  EXPECT_EQ((*devices.find_board("PCB-1"))->imei, "8610");
  EXPECT_EQ(*devices.bind_board("8611", "PCB-1"), Oddities{Oddity::board_of_another_device});
  EXPECT_EQ((*devices.find("8611"))->board, "");
  EXPECT_EQ(*devices.bind_board("8610", "PCB-2"), Oddities{Oddity::another_board});
  EXPECT_EQ(*devices.bind_board("8610", "PCB-2", {Oddity::another_board}), Oddities{Oddity::another_board});
  EXPECT_EQ((*devices.find_board("PCB-2"))->imei, "8610");
  EXPECT_FALSE(*devices.find_board("PCB-1"));
}

TEST_P(DevicesTest, AreCountedWithTheirYield) {
  auto book = open();
  Devices devices(book);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(devices.arrive(in_slot("861" + std::to_string(i), "1-" + std::to_string(i))));
  for (const auto* imei : {"8610", "8611"}) ASSERT_TRUE(devices.step(at(imei, Phase::recorded, Attempt::passed)));
  auto broken = at("8612", Phase::uploaded, Attempt::failed);
  broken.cause = "the flash is full";
  ASSERT_TRUE(devices.step(broken));
  clock.advance(hours(24));
  ASSERT_TRUE(devices.arrive(in_slot("8612", "1-2")));
  ASSERT_TRUE(devices.step(at("8612", Phase::recorded, Attempt::passed)));
  std::map<std::string, std::int64_t> counts;
  const auto cells = *devices.counts();
  for (const auto& cell : cells) {
    EXPECT_EQ(cell.station, "line-1");
    counts[std::string(word(cell.phase)) + " " + std::string(word(cell.attempt))] += cell.devices;
  }
  EXPECT_EQ(counts, (std::map<std::string, std::int64_t>{{"found running", 2}, {"recorded passed", 3}}));
  const auto days = *devices.output("");
  ASSERT_EQ(days.size(), 2U);
  EXPECT_EQ(days[0].day, "2026-11-22");
  EXPECT_EQ(days[0].passed, 2);
  EXPECT_EQ(days[0].failed, 1);
  EXPECT_EQ(days[0].first_time, 2);
  EXPECT_EQ(days[1].passed, 1);
  EXPECT_EQ(days[1].first_time, 0) << "it had failed before";
  EXPECT_EQ(devices.output("2026-11-23")->size(), 1U);
  EXPECT_EQ((*devices.find("8612"))->cause, "") << "a new attempt begins clean";
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_P(DevicesTest, AreListedByPrefixAndPage) {
  auto book = open();
  Devices devices(book);
  std::vector<DeviceStep> steps;
  for (int i = 0; i < 1200; ++i) steps.push_back(in_slot(std::to_string(861000000000000 + i)));
  ASSERT_TRUE(devices.steps(steps));
  EXPECT_EQ(devices.list({.imei_prefix = "86100000000000"})->size(), 10U);
  EXPECT_EQ(devices.list({.imei_prefix = "86100000000001", .limit = 3})->size(), 3U);
  EXPECT_TRUE(devices.list({.imei_prefix = "862"})->empty());
  EXPECT_TRUE(devices.list({.batch = "other"})->empty());
  std::string last;
  std::size_t count = 0;
  ASSERT_TRUE(devices.for_each({.station = "line-1"}, [&](const Device& device) -> Result<bool> {
    EXPECT_LT(last, device.imei);
    last = device.imei;
    ++count;
    return true;
  }));
  EXPECT_EQ(count, 1200U);
  const auto page = *devices.list({.after = "861000000001190"});
  ASSERT_EQ(page.size(), 9U);
  EXPECT_EQ(page.front().imei, "861000000001191");
  const auto latest = *devices.latest("line-1", 3);
  ASSERT_EQ(latest.size(), 3U);
  EXPECT_EQ(latest[0].imei, "861000000001199");
}

TEST_P(DevicesTest, TwoSlotsNeverBeginTheSameDeviceAtOnce) {
  auto book = open();
  auto other = open();
  std::atomic<int> begun = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      Devices devices(t % 2 == 0 ? book : other);
      auto arrival = devices.arrive(in_slot("8610", "1-" + std::to_string(t)));
      ASSERT_TRUE(arrival) << arrival.error().what;
      if (arrival->begun) ++begun;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(begun, 1);
}

TEST_P(DevicesTest, AComputedTableThatWasChangedIsFound) {
  auto book = open();
  Devices devices(book);
  ASSERT_TRUE(devices.arrive(in_slot("8610")));
  ASSERT_TRUE(devices.step(at("8610", Phase::uploaded, Attempt::failed)));
  for (const auto& [change, undo, said] : std::vector<std::array<std::string, 3>>{
           {"UPDATE device SET passes = 1", "UPDATE device SET passes = 0", "device 8610 does not follow"},
           {"UPDATE tally SET devices = 2 WHERE devices = 1", "UPDATE tally SET devices = 1 WHERE devices = 2",
            "the table tally does not follow"},
           {"UPDATE output SET failed = 0", "UPDATE output SET failed = 1", "the table output does not follow"}}) {
    meddle(change);
    const auto checked = book.check();
    ASSERT_FALSE(checked) << change;
    EXPECT_NE(checked.error().what.find(said), std::string::npos) << checked.error().what;
    meddle(undo);
  }
  EXPECT_TRUE(book.check());
  meddle("DELETE FROM device");
  EXPECT_FALSE(book.check());
}

// Any sequence of steps leaves computed tables that follow from them.
TEST_P(DevicesTest, ComputedTablesFollowFromAnySteps) {
  constexpr unsigned seed = 7;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  auto book = open();
  Devices devices(book);
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    const auto imei = "861" + std::to_string(random() % 5);
    clock.advance(hours(random() % 3));
    if (random() % 3 == 0) {
      ASSERT_TRUE(devices.arrive(in_slot(imei, "1-" + std::to_string(random() % 2)),
                                 {Oddity::elsewhere, Oddity::already_provisioned}));
      continue;
    }
    const auto phase = static_cast<Phase>(random() % 6);
    const auto attempt = phase == Phase::recorded ? Attempt::passed
                         : random() % 4 == 0      ? Attempt::failed
                                                  : Attempt::running;
    if (!devices.step(at(imei, phase, attempt))) ++refused;
  }
  EXPECT_GT(refused, 0);
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_P(DevicesTest, OneKeyIsOneDevice) {
  auto book = open();
  const auto issued = [&](const std::string& serial, const std::string& imei) {
    return book.record_issued({{.serial = serial,
                                .issuer = std::string(64, 'a'),
                                .kind = "device",
                                .name = imei,
                                .subject = "CN=" + imei,
                                .sha256 = std::string(62, '0') + serial,
                                .not_before = morning,
                                .not_after = morning + hours(24),
                                .pem = "pem " + serial,
                                .imei = imei}});
  };
  ASSERT_TRUE(issued("01", "8610"));
  ASSERT_TRUE(issued("02", "8620"));
  ASSERT_TRUE(issued("03", ""));
  KeyProofs proofs(book);
  const auto judged = [&](const std::string& imei, const std::string& serial, const std::string& key) {
    const auto trouble =
        proofs.judge({.imei = imei, .id = {std::string(64, 'a'), serial}, .sha256 = "s", .key_sha256 = key});
    return trouble ? trouble->value_or("proved") : trouble.error().what;
  };
  EXPECT_EQ(judged("8610", "01", "k1"), "proved");
  EXPECT_EQ(judged("8610", "01", "k1"), "proved") << "as often as it likes";
  EXPECT_EQ(judged("8620", "01", "k1"), "certificate 01 was issued for IMEI 8610, and IMEI 8620 showed it");
  EXPECT_EQ(judged("8620", "02", "k1"),
            "the key of certificate 02 was proved by IMEI 8610 before, and now by IMEI 8620");
  EXPECT_EQ(judged("8620", "02", "k2"), "proved");
  EXPECT_EQ(judged("8630", "04", "k4"), "certificate 04 is not in the ledger");
  EXPECT_EQ(judged("8630", "03", "k3"), "proved") << "issued by name, for a device that was not known";
  EXPECT_EQ(judged("8640", "03", "k5"), "certificate 03 was proved by IMEI 8630 before, and now by IMEI 8640");
  const std::vector<Revocation> revoked{{.id = {std::string(64, 'a'), "02"}, .at = morning}};
  ASSERT_TRUE(Certificates(book).revoke(revoked));
  EXPECT_EQ(judged("8620", "02", "k2"), "certificate 02 was revoked on 2026-11-22T08:00:00Z");
  const auto kept = *proofs.of("8610");
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].id.serial, "01");
  EXPECT_EQ(kept[0].key_sha256, "k1");
  EXPECT_EQ(kept[0].at, morning);
  EXPECT_TRUE(book.check());
}

}  // namespace
}  // namespace epki::ledger
