#pragma once
// What is fed with bytes that nobody meant to be read. Each function must return, whatever it is given; sanitizers
// watch.

#include <string_view>

namespace epki::fuzz {

void lint_file(std::string_view bytes);             ///< any file, through every rule
void certificate(std::string_view bytes);           ///< DER alone: facts, requests, revocation lists, public keys
void profile_file(std::string_view bytes);          ///< TOML of a certificate profile
void project_file(std::string_view bytes);          ///< TOML of a project
void broker_configuration(std::string_view bytes);  ///< mosquitto.conf, and its cipher list
void dns_query(std::string_view bytes);             ///< what arrives at the DNS responder
void remote_line(std::string_view bytes);           ///< lines of the pipe to a responder elsewhere, both ways
void relayed_bytes(std::string_view bytes);         ///< what passes through a relay, both ways in turn
void broker_model(std::string_view bytes);          ///< mosquitto.conf as broker check reads it, and an included file
void access_list(std::string_view bytes);           ///< acl_file
void mqtt_answers(std::string_view bytes);          ///< what a broker sends to broker test

}  // namespace epki::fuzz
