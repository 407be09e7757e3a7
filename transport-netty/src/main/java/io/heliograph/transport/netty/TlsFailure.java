package io.heliograph.transport.netty;

import static io.heliograph.transport.ConnectFailures.TIMED_OUT;
import static io.heliograph.transport.ConnectFailures.TLS_EXPIRED;
import static io.heliograph.transport.ConnectFailures.TLS_FAILED;
import static io.heliograph.transport.ConnectFailures.TLS_HOST;
import static io.heliograph.transport.ConnectFailures.TLS_MISSING;
import static io.heliograph.transport.ConnectFailures.TLS_REFUSED;
import static io.heliograph.transport.ConnectFailures.TLS_UNTRUSTED;

import io.heliograph.Address;
import io.heliograph.HeliographException;
import io.heliograph.TransportException;
import io.heliograph.internal.Printable;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import org.jspecify.annotations.Nullable;

/** Causes of failed TLS handshakes, in words. */
final class TlsFailure {

    private static final String ALERT = "fatal alert: ";
    private static final int MAX_WORDS = 300;

    private TlsFailure() {}

    /** Returns the exception for a failed handshake. The client adds the address to the message later. */
    static HeliographException of(SslHandler tls, Address address, Throwable failure) {
        Throwable inner =
                failure instanceof DecoderException && failure.getCause() != null ? failure.getCause() : failure;
        if (inner instanceof HeliographException ours) {
            return ours;
        }
        boolean client = tls.engine().getUseClientMode();
        TransportException cause = of(client ? "server" : "client", inner);
        String what = client ? "TLS handshake failed: " : "TLS handshake with " + address + ": ";
        return new TransportException(cause.code(), what + cause.getMessage(), inner);
    }

    private static TransportException of(String peer, Throwable failure) {
        if (find(failure, NotSslRecordException.class) != null) {
            return of(TLS_MISSING, "the " + peer + " does not speak TLS on this port", failure);
        }
        if (find(failure, SslHandshakeTimeoutException.class) != null) {
            return of(TIMED_OUT, "no answer in time; does the port speak TLS?", failure);
        }
        CertificateExpiredException expired = find(failure, CertificateExpiredException.class);
        if (expired != null) {
            return of(TLS_EXPIRED, "the certificate of the " + peer + " has expired" + detail(expired), failure);
        }
        CertificateNotYetValidException early = find(failure, CertificateNotYetValidException.class);
        if (early != null) {
            return of(TLS_EXPIRED, "the certificate of the " + peer + " is not valid yet" + detail(early), failure);
        }
        if (find(failure, CertPathBuilderException.class) != null
                || find(failure, CertPathValidatorException.class) != null) {
            return of(TLS_UNTRUSTED, "the certificate of the " + peer + " is not trusted", failure);
        }
        CertificateException certificate = find(failure, CertificateException.class);
        if (certificate != null) {
            return of(
                    TLS_HOST, "the certificate of the " + peer + " is not valid for it" + detail(certificate), failure);
        }
        String message = message(failure);
        int alert = message.indexOf(ALERT);
        if (alert >= 0) {
            String name = message.substring(alert + ALERT.length());
            return of(TLS_REFUSED, "the " + peer + " refused it: " + name, failure);
        }
        if (find(failure, ClosedChannelException.class) != null) {
            return of(TLS_FAILED, "the connection was closed; does the port speak TLS?", failure);
        }
        return of(TLS_FAILED, message, failure);
    }

    private static TransportException of(String code, String words, Throwable cause) {
        return new TransportException(code, words, cause);
    }

    private static String detail(Throwable failure) {
        return failure.getMessage() == null ? "" : " (" + Printable.of(failure.getMessage(), MAX_WORDS) + ")";
    }

    private static String message(Throwable failure) {
        Throwable last = failure;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return Printable.of(last.getMessage() == null ? last.toString() : last.getMessage(), MAX_WORDS);
    }

    private static <T extends Throwable> @Nullable T find(Throwable failure, Class<T> type) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (type.isInstance(each)) {
                return type.cast(each);
            }
        }
        return null;
    }
}
