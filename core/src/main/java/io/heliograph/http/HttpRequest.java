package io.heliograph.http;

import io.heliograph.Address;
import io.heliograph.frame.Frame;
import io.heliograph.internal.Printable;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/**
 * An HTTP request.
 *
 * @param method the method as sent, such as {@code GET}
 * @param target the request target as sent, undecoded, with its query
 * @param headers the header fields
 * @param peer the remote address, which is that of a proxy if there is one
 * @param secure whether the connection uses TLS
 * @param certificates the certificate of the client and those of its issuers, which the server has verified; empty for none
 * @param body the body, empty for none
 */
public record HttpRequest(
        String method,
        String target,
        HttpHeaders headers,
        Address peer,
        boolean secure,
        List<X509Certificate> certificates,
        Frame body) {

    private static final int MAX_SHOWN = 200;

    public HttpRequest {
        certificates = List.copyOf(certificates);
    }

    /** Creates a request of a client without a certificate. */
    public HttpRequest(String method, String target, HttpHeaders headers, Address peer, boolean secure, Frame body) {
        this(method, target, headers, peer, secure, List.of(), body);
    }

    /** The target up to the first {@code ?}. */
    public String path() {
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /** The target behind the first {@code ?}, undecoded. */
    public Optional<String> query() {
        int query = target.indexOf('?');
        return query < 0 ? Optional.empty() : Optional.of(target.substring(query + 1));
    }

    /** Method and path, with control characters escaped and at most 200 characters: queries and headers may hold secrets. */
    @Override
    public String toString() {
        return Printable.of(method + " " + path(), MAX_SHOWN);
    }
}
