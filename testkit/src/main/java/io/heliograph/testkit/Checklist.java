package io.heliograph.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Rules of a protocol's conformance checklist that a test covers, such as {@code "SC 130"} or {@code "IPC 41"}: the protocol and
 * the number of the rule.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Checklist {

    /** The rules, one string each. */
    String[] value();
}
