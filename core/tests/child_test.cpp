#include "core/child.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

namespace epki {
namespace {

using std::chrono::seconds;

TEST(Child, LinesAndExitCodeComeBack) {
  auto child = Child::start({.argv = {"sh", "-c", "echo one; echo two; exit 7"}});
  ASSERT_TRUE(child) << child.error().what;
  EXPECT_EQ(**child->read_line(after(seconds(10))), "one");
  EXPECT_EQ(**child->read_line(after(seconds(10))), "two");
  EXPECT_FALSE(*child->read_line(after(seconds(10))));
  EXPECT_EQ(child->wait(after(seconds(10))), 7);
}

TEST(Child, AMissingProgramIsSaid) {
  auto child = Child::start({.argv = {"no-such-program-here"}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Errc::input);
}

TEST(Child, ReadsItsInput) {
  auto child = Child::start({.argv = {"cat"}, .pipe_input = true});
  ASSERT_TRUE(child);
  ASSERT_TRUE(child->write_input("hello", after(seconds(10))));
  child->close_input();
  EXPECT_EQ(*child->read_all(after(seconds(10))), "hello");
}

TEST(Child, WritingToOneThatEndedIsAnErrorAndNotOurEnd) {
  auto child = Child::start({.argv = {"true"}, .pipe_input = true});
  ASSERT_TRUE(child);
  EXPECT_EQ(child->wait(after(seconds(10))), 0);
  EXPECT_FALSE(child->write_input("hello", after(seconds(10))));
}

TEST(Child, DoesNotSeeWhatIsUnset) {
  ::setenv("EPKI_TEST_SECRET", "s", 1);
  auto child = Child::start({.argv = {"sh", "-c", "echo \"[$EPKI_TEST_SECRET]\""}, .unset = {"EPKI_TEST_SECRET"}});
  ASSERT_TRUE(child);
  EXPECT_EQ(*child->read_all(after(seconds(10))), "[]\n");
}

TEST(Child, IsStoppedByTheDestructor) {
  pid_t pid = -1;
  {
    auto child = Child::start({.argv = {"sh", "-c", "echo ready; exec cat /dev/zero >/dev/null"}});
    ASSERT_TRUE(child);
    ASSERT_TRUE(child->read_line(after(seconds(10))));
    pid = child->pid();
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace epki
