# The network half of the simulated modem; sim/CMakeLists.txt includes this file. Paths are relative to sim/.
# The executable that links these sources needs PACKAGES epki::mbedtls and Threads::Threads.
set(EPKI_SIM_NET_SOURCES
  net/clock_offset.cpp net/dns_client.cpp net/mqtt_client.cpp net/mqtt_packet.cpp net/plain_channel.cpp net/resolver.cpp net/socket.cpp
  net/tls_anchors.cpp net/tls_channel.cpp net/tls_session.cpp net/tls_verdict.cpp)
# Their tests also start `openssl` and `mosquitto`.
set(EPKI_SIM_NET_TEST_SOURCES
  net/tests/dns_client_test.cpp net/tests/keyless_server.cpp net/tests/mqtt_broker_test.cpp net/tests/mqtt_client_test.cpp
  net/tests/mqtt_packet_test.cpp net/tests/tls_bench.cpp net/tests/tls_policy_test.cpp net/tests/tls_replay_test.cpp
  net/tests/tls_settings_test.cpp)
