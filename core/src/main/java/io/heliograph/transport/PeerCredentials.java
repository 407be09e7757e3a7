package io.heliograph.transport;

import java.nio.file.attribute.UserPrincipal;
import java.util.OptionalLong;

/**
 * The identity of the peer of a Unix domain socket, which the kernel reports and the peer cannot choose.
 *
 * @param user the user; equal to the principal that the file system looks up by name, although its name may be a number
 * @param pid the process that connected or listened; empty where the platform does not report it
 */
public record PeerCredentials(UserPrincipal user, OptionalLong pid) {}
