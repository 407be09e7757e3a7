package io.heliograph.unix;

import io.heliograph.TransportException;
import io.heliograph.transport.PeerCredentials;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lookup of users of this machine, as in {@link PeerCredentials} and file owners. May block. */
public final class Users {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern EFFECTIVE_USER = Pattern.compile("Uid:\\s+\\d+\\s+(\\d+)");

    private static volatile @Nullable UserPrincipal self;

    private Users() {}

    /**
     * Returns the user of a name.
     *
     * @param name user name or numeric user id
     * @throws TransportException with code {@code ENOENT} if the user does not exist
     */
    public static UserPrincipal named(String name) {
        try {
            return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name);
        } catch (IOException e) {
            throw new TransportException("ENOENT", "user '" + name + "' does not exist", e);
        }
    }

    /**
     * Returns the effective user of this process. On Linux it is looked up by id, because a container may not define a
     * name for it.
     */
    public static UserPrincipal self() {
        UserPrincipal known = self;
        if (known == null) {
            known = lookUpSelf();
            self = known;
        }
        return known;
    }

    /**
     * Returns the effective user of this process, and root. The set has one user if both are the same. A container may
     * not define a name for root.
     */
    public static Set<UserPrincipal> selfAndRoot() {
        return Set.copyOf(List.of(self(), named("0")));
    }

    private static UserPrincipal lookUpSelf() {
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
