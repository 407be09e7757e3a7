package io.heliograph.transport;

import java.nio.file.attribute.UserPrincipal;
import java.util.OptionalLong;

/**
 * Who is at the other end of a Unix domain socket, as the kernel says. A peer cannot choose it.
 *
 * @param user the user; equal to what the file system's lookup service gives for the name, while the name shown may be a
 *     number
 * @param pid the process that connected or listened, where the platform tells
 */
public record PeerCredentials(UserPrincipal user, OptionalLong pid) {}
