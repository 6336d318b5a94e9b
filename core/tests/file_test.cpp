#include "core/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace epki {
namespace {

unsigned mode_of(const std::filesystem::path& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0;
}

TEST(File, ANewFileNeverReplacesAnOldOne) {
  auto folder = TemporaryFolder::make("epki-file");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "a";
  ASSERT_TRUE(write_new_file(path, "one", 0600));
  EXPECT_EQ(mode_of(path), 0600U);
  auto again = write_new_file(path, "two", 0600);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::disk);
  EXPECT_EQ(*read_file(path), "one");
  ASSERT_TRUE(replace_file(path, "three", 0644));
  EXPECT_EQ(*read_file(path), "three");
  EXPECT_EQ(mode_of(path), 0644U);
}

TEST(File, RoomIsTriedAndNothingIsLeftOfIt) {
  auto folder = TemporaryFolder::make("file-room-test");
  ASSERT_TRUE(folder);
  EXPECT_TRUE(try_room_for(folder->path() / "certificate.pem", 20000));
  EXPECT_TRUE(std::filesystem::is_empty(folder->path()));
  const auto nowhere = try_room_for(folder->path() / "gone" / "certificate.pem", 1);
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().what.find("gone/certificate.pem"), std::string::npos) << nowhere.error().what;
}

TEST(File, AMissingFileIsAnInputError) {
  auto read = read_file("/nonexistent/x");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::input);
  auto write = write_new_file("/nonexistent/x", "", 0600);
  ASSERT_FALSE(write);
  EXPECT_EQ(write.error().code, Errc::disk);
}

TEST(File, ATemporaryFolderGoesAway) {
  std::filesystem::path path;
  {
    auto folder = TemporaryFolder::make("epki-file");
    ASSERT_TRUE(folder);
    path = folder->path();
    ASSERT_TRUE(write_new_file(path / "x", "x", 0600));
    EXPECT_EQ(mode_of(path), 0700U);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace epki
