package io.heliograph.unix;

import io.heliograph.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;

/**
 * Check of the directory of a socket file, the same for clients and servers: only trusted users may be able to replace the
 * socket.
 *
 * <ul>
 *   <li>The directory belongs to a trusted user.
 *   <li>It is not writable by all users, unless it is sticky as {@code /tmp} is.
 *   <li>It is not writable by its group, unless it is sticky, the group is the private group of its owner, or the socket file itself
 *       is meant for a group.
 * </ul>
 */
final class SocketDirectory {

    private static final int WRITABLE_BY_GROUP = 020;
    private static final int WRITABLE_BY_ALL = 02;
    private static final int STICKY = 01000;

    private SocketDirectory() {}

    /**
     * Checks a directory.
     *
     * @param trusted users to whom it may belong
     * @param forGroup whether the group of the socket file may use the socket
     * @throws TransportException with code {@code EPERM} if another user can replace a file in it
     */
    static void check(Path directory, Set<UserPrincipal> trusted, boolean forGroup) throws IOException {
        int mode = (int) Files.getAttribute(directory, "unix:mode");
        PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
        boolean sticky = (mode & STICKY) != 0;
        if ((mode & WRITABLE_BY_ALL) != 0 && !sticky) {
            throw refused(
                    directory,
                    "is writable by all users, who could replace a socket in it",
                    "a private or a sticky directory");
        }
        if ((mode & WRITABLE_BY_GROUP) != 0 && !sticky && !forGroup && !isPrivateGroup(directory, attributes)) {
            throw refused(
                    directory,
                    "is writable by its group " + attributes.group().getName() + ", which could replace a socket in it",
                    "a private or a sticky directory");
        }
        if (!trusted.contains(attributes.owner())) {
            throw refused(
                    directory,
                    "belongs to user " + attributes.owner().getName() + ", who could replace a socket in it",
                    "user " + Users.self().getName() + " or root");
        }
    }

    /**
     * Returns whether the group is the private group of the owner: the group with the same name or number as the owner.
     */
    private static boolean isPrivateGroup(Path directory, PosixFileAttributes attributes) throws IOException {
        GroupPrincipal group = attributes.group();
        return group.getName().equals(attributes.owner().getName())
                || Files.getAttribute(directory, "unix:gid").equals(Files.getAttribute(directory, "unix:uid"));
    }

    private static TransportException refused(Path directory, String problem, String expected) {
        return new TransportException(
                "EPERM", "the directory " + directory + " " + problem + " (expected: " + expected + ")", null);
    }
}
