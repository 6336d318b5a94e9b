// --port auto with modems on USB: udev, the kernel's folders below /sys and the nodes below /dev are umockdev's, the
// modem behind a node is the simulator, and everything else is what a user runs.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

struct Usb {
  std::string position, product;                          ///< "1-2"; "2c7c:0901"
  std::vector<std::pair<std::string, std::string>> ttys;  ///< node and interface number: {"ttyUSB0", "02"}
};

/// What udev knows of it, in umockdev's words.
std::string described(const Usb& usb) {
  const std::string device = "/devices/pci0000:00/0000:00:14.0/usb1/" + usb.position;
  std::string text = "P: " + device +
                     "\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nA: idVendor=" + usb.product.substr(0, 4) +
                     "\nA: idProduct=" + usb.product.substr(5) + "\n\n";
  for (const auto& [node, number] : usb.ttys) {
    const std::string interface = device + "/" + usb.position + ":1." + number;
    text += "P: " + interface + "\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\nA: bInterfaceNumber=" + number + "\n\n";
    text += "P: " + interface + "/" + node + "/tty/" + node + "\nN: " + node + "\nE: DEVNAME=/dev/" + node +
            "\nE: SUBSYSTEM=tty\nE: MAJOR=188\nE: MINOR=" + node.substr(6) + "\nA: dev=188:" + node.substr(6) + "\n\n";
  }
  return text;
}

Usb modem(std::string position, int first_tty) {
  const auto node = [&](int n) { return "ttyUSB" + std::to_string(first_tty + n); };
  return {std::move(position), "2c7c:0901", {{node(0), "02"}, {node(1), "07"}, {node(2), "08"}}};
}

struct Bench {
  Sandbox box{};

  Bench() { EXPECT_EQ(box.init().exit, 0); }

  /// Runs `line` where these are on USB. `set_up` comes before it; $UMOCKDEV_DIR/dev is /dev there.
  Ran with(const std::vector<Usb>& plugged, const std::string& set_up, const std::string& line) {
    std::string all;
    for (const auto& usb : plugged) all += described(usb) + "\n";
    box.write("usb.umockdev", all);
    // What is behind a node is a pseudo-terminal, and a terminal it shall be.
    box.write("session", "rm -r \"$UMOCKDEV_DIR/dev/.ptymap\"\n" + set_up + "\nexec " + line + "\n");
    // A sanitizer's runtime does not come first where umockdev's library does.
    return box.shell(
        "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 umockdev-run --device usb.umockdev -- bash session");
  }
  static std::string behind(const Sandbox::Modem& modem, const std::string& node) {
    return "ln -sfn " + modem.pty + " \"$UMOCKDEV_DIR/dev/" + node + "\"";
  }
};

TEST(AutomaticPort, IsTheAtInterfaceWhateverItsName) {
  Bench bench;
  const auto simulated = bench.box.simulator({});
  // The kernel gave the names in another order than the interfaces have.
  const Usb swapped{"1-2", "2c7c:0901", {{"ttyUSB0", "07"}, {"ttyUSB1", "08"}, {"ttyUSB2", "02"}}};
  const Usb stranger{"1-3", "2c7c:0125", {{"ttyUSB3", "02"}}};
  const auto ran = bench.with({stranger, swapped}, Bench::behind(simulated, "ttyUSB2"),
                              "ec200u-pki provision --port auto --no-connect --json");
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["devices"][0]["port"].text(), "/dev/ttyUSB2") << ran;
  EXPECT_EQ(said["devices"][0]["status"].text(), "provisioned-untested") << ran;
}

TEST(AutomaticPort, IsNotGuessedAmongSeveralModems) {
  Bench bench;
  const auto simulated = bench.box.simulator({});
  const auto ran = bench.with({modem("1-4.1", 0), modem("1-2", 3)}, Bench::behind(simulated, "ttyUSB3"),
                              "ec200u-pki provision --port auto");
  EXPECT_EQ(ran.exit, 2) << ran;
  EXPECT_NE(ran.err.find("2 EC200Us found"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("/dev/ttyUSB3  USB 1-2  IMEI 8"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("/dev/ttyUSB0  USB 1-4.1  does not answer AT"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("choose with --port, repeatable"), std::string::npos) << ran;
}

TEST(AutomaticPort, SaysWhatWasLookedForWhereThereIsNone) {
  Bench bench;
  const auto none = bench.with({{"1-3", "2c7c:0125", {{"ttyUSB0", "02"}}}}, "", "ec200u-pki provision --port auto");
  EXPECT_EQ(none.exit, 6) << none;
  EXPECT_NE(none.err.find("no EC200U found on USB"), std::string::npos) << none;
  const auto crashed = bench.with({{"1-2", "1782:4d12", {}}}, "", "ec200u-pki provision --port auto");
  EXPECT_EQ(crashed.exit, 6) << crashed;
  EXPECT_NE(crashed.err.find("boot ROM (1782:4d12)"), std::string::npos) << crashed;
}

TEST(AutomaticPort, HeldByModemManagerIsNamedWithTheRemedy) {
  Bench bench;
  // A program of that name which has the port, and says so, as ModemManager does.
  const auto ran = bench.with({modem("1-2", 0)},
                              "ln -s \"$(command -v flock)\" ModemManager; mkfifo held never\n"
                              "./ModemManager /dev/ttyUSB0 sh -c 'echo > held; exec cat never' &\n"
                              "trap 'kill $!' EXIT; read -r _ < held",
                              "sh -c 'ec200u-pki provision --port auto; end=$?; echo > never; exit $end'");
  EXPECT_EQ(ran.exit, 6) << ran;
  EXPECT_NE(ran.err.find("ModemManager"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("77-ec200u-pki.rules"), std::string::npos) << ran;
}

}  // namespace
}  // namespace epki::test
