package io.heliograph.server;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.jspecify.annotations.Nullable;

/**
 * Identity of a connection, which the server has established. A client never chooses it.
 *
 * @param name name of the user; empty if anonymous
 * @param source evidence of the identity
 * @param local whether the peer is a process of the hub's own user, or of root, that is connected by a Unix socket or a message channel.
 *     Loopback TCP is not local, since a proxy on the same machine connects unknown programs from there
 * @param roles names of the roles
 * @param claims claims of the token, or attributes that a login procedure has set; null is a value
 */
public record Principal(String name, Source source, boolean local, Set<String> roles, Map<String, Object> claims) {

    /** Evidence of an identity. */
    public enum Source {

        /** None. */
        ANONYMOUS,

        /** User of the operating system that runs the peer. */
        OS_USER,

        /** Client certificate. */
        CERTIFICATE,

        /** Verified token. */
        TOKEN,

        /** Procedure that has called {@link Call#authenticate}. */
        LOGIN,

        /** Key of the HTTP API. */
        API_KEY,

        /** Program that owns the hub. */
        PROGRAM
    }

    private static final Principal ANONYMOUS = new Principal("", Source.ANONYMOUS, false, Set.of(), Map.of());

    public Principal {
        roles = Collections.unmodifiableSet(new LinkedHashSet<>(roles));
        claims = Collections.unmodifiableMap(new LinkedHashMap<>(claims));
    }

    public static Principal anonymous() {
        return ANONYMOUS;
    }

    /** Returns a principal for {@link Call#authenticate} with the source {@link Source#LOGIN}. */
    public static Principal of(String name, String... roles) {
        return new Principal(name, Source.LOGIN, false, Set.of(roles), Map.of());
    }

    /**
     * Returns the principal of a verified token. The name is the claim {@code sub}, otherwise {@code username}; the roles are the claim {@code
     * roles}, otherwise {@code scope}: an array, or a string of names that are separated by spaces.
     */
    public static Principal ofToken(Map<String, Object> claims) {
        Object subject = claims.get("sub");
        Object name = subject == null ? claims.get("username") : subject;
        Object roles = claims.get("roles");
        return new Principal(
                name == null ? "" : name.toString(),
                Source.TOKEN,
                false,
                names(roles == null ? claims.get("scope") : roles),
                claims);
    }

    /**
     * Returns the principal of a verified client certificate: its name is the common name (CN) of the subject, or the whole subject if it has
     * none. It has no roles.
     */
    public static Principal ofCertificate(X509Certificate certificate) {
        String subject = certificate.getSubjectX500Principal().getName();
        return new Principal(commonName(subject).orElse(subject), Source.CERTIFICATE, false, Set.of(), Map.of());
    }

    private static Optional<String> commonName(String subject) {
        try {
            return new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(part -> part.getValue().toString())
                            .filter(name -> !name.isEmpty())
                            .findFirst();
        } catch (InvalidNameException notNamed) {
            return Optional.empty();
        }
    }

    private static Set<String> names(@Nullable Object roles) {
        Set<String> names = new LinkedHashSet<>();
        if (roles instanceof Collection<?> all) {
            all.forEach(each -> names.add(String.valueOf(each)));
        } else if (roles instanceof String text) {
            names.addAll(Set.of(text.strip().split("\\s+")));
            names.remove("");
        }
        return names;
    }

    /** Whether the peer has proven an identity. */
    public boolean isAuthenticated() {
        return source != Source.ANONYMOUS;
    }

    /** Returns the end of the token, from the claim {@code exp}. */
    public Optional<Instant> expires() {
        return time("exp");
    }

    /** Returns the time at which the token was issued, from the claim {@code iat}. */
    public Optional<Instant> issued() {
        return time("iat");
    }

    /** Returns the id of the token, from the claim {@code jti}. */
    public Optional<String> tokenId() {
        return Optional.ofNullable(claims.get("jti")).map(Object::toString);
    }

    private Optional<Instant> time(String claim) {
        return claims.get(claim) instanceof Number seconds
                ? Optional.of(Instant.ofEpochMilli((long) (seconds.doubleValue() * 1000)))
                : Optional.empty();
    }

    /** Returns name and source, without the claims. */
    @Override
    public String toString() {
        return name.isEmpty() ? source.toString() : name + " " + source;
    }
}
