package io.heliograph.unix;

import io.heliograph.TransportException;
import io.heliograph.transport.PeerCredentials;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The users of this machine, as {@link PeerCredentials} and owners of files name them. Looking one up may block. */
public final class Users {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern EFFECTIVE_USER = Pattern.compile("Uid:\\s+\\d+\\s+(\\d+)");

    private Users() {}

    /**
     * The user called {@code name}.
     *
     * @param name a name or a number
     * @throws TransportException with {@code ENOENT} if there is none
     */
    public static UserPrincipal named(String name) {
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name);
        } catch (IOException e) {
            throw new TransportException("ENOENT", "there is no user '" + name + "'", e);
        }
    }

    /** The user this process acts as: by number where it can be had, since a container may have no name for it. */
    public static UserPrincipal self() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                Matcher uid = EFFECTIVE_USER.matcher(line);
                if (uid.lookingAt()) {
                    return named(uid.group(1));
                }
            }
        } catch (IOException e) {
            // not Linux
        }
        return named(System.getProperty("user.name", ""));
    }
}
