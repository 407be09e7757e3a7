/** Runs each contestant in processes of its own, several times in turn, and compares them. */
@org.jspecify.annotations.NullMarked
package io.heliograph.bench;
