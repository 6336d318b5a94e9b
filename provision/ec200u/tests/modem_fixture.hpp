#pragma once
// A modem from a script, and the Modem that talks to it.

#include <gtest/gtest.h>

#include <string>

#include "provision/at/tests/scripted_stream.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::ec200u::test {

inline const std::string ok = "\r\nOK\r\n";
inline const std::string error = "\r\nERROR\r\n";

class Modems : public testing::Test {
 protected:
  void expect(const std::string& line, const std::string& reply) { wire.expect(at::test::turn(line, reply)); }
  void TearDown() override { EXPECT_TRUE(wire.finished()) << wire.left(); }
  at::test::ScriptedStream wire{{}};
  at::Engine engine{wire, unsolicited_prefixes()};
  Modem modem{engine};
};

inline std::string info(const std::string& line) {
  return "\r\n" + line + "\r\n" + ok;
}

}  // namespace epki::ec200u::test
