package io.heliograph.ipc;

import io.heliograph.TransportException;
import io.heliograph.transport.PeerCredentials;
import io.heliograph.transport.SocketFile;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may connect to a server.
 *
 * @param users those who may; null for everybody
 * @param unknown whether somebody may of whom the system does not tell who it is
 */
record Admission(@Nullable Set<UserPrincipal> users, boolean unknown) {

    static final Admission EVERYBODY = new Admission(null, true);

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern EFFECTIVE_USER = Pattern.compile("Uid:\\s+\\d+\\s+(\\d+)");

    /**
     * Looks up the users; may block.
     *
     * @param names those who are allowed; null for what fits the mode of the socket file
     * @throws TransportException if there is no such user
     */
    static Admission of(@Nullable List<String> names, SocketFile.Options file) {
        if (names != null) {
            Set<UserPrincipal> users = new HashSet<>();
            names.forEach(name -> users.add(user(name)));
            return new Admission(Set.copyOf(users), false);
        }
        return file.isOwnerOnly()
                ? new Admission(Set.copyOf(List.of(self(), user("root"))), true)
                : EVERYBODY;
    }

    boolean admits(Optional<PeerCredentials> peer) {
        return users == null || peer.map(known -> users.contains(known.user())).orElse(unknown);
    }

    private static UserPrincipal user(String name) {
        UserPrincipalLookupService lookup =
                FileSystems.getDefault().getUserPrincipalLookupService();
        try {
            return lookup.lookupPrincipalByName(name);
        } catch (IOException e) {
            throw new TransportException("ENOENT", "there is no user '" + name + "'", e);
        }
    }

    /** The user this process acts as: by number where it can be had, since a container may have no name for it. */
    private static UserPrincipal self() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                Matcher uid = EFFECTIVE_USER.matcher(line);
                if (uid.lookingAt()) {
                    return user(uid.group(1));
                }
            }
        } catch (IOException e) {
            // not Linux
        }
        return user(System.getProperty("user.name", ""));
    }
}
