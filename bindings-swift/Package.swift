// swift-tools-version:5.9
import Foundation
import PackageDescription

// The package as it is built from source, with the library that `scripts/mobile.py` puts into its folder. The one for Apple's
// platforms, with an XCFramework, is written by `scripts/xcframework.py`.
let library = ProcessInfo.processInfo.environment["PAYWRIGHT_LIBRARY"] ?? "\(Context.packageDirectory)/lib"

// `examples/swift`, which `scripts/mobile.py` puts beside the tests that run them.
let isWithExamples = ProcessInfo.processInfo.environment["PAYWRIGHT_EXAMPLES"] != nil
let names = isWithExamples ? ["checkout", "callback", "refund", "follow"] : []
var examples: [Target] = names.map {
    .executableTarget(name: $0, dependencies: ["Paywright"], path: "Examples/\($0)")
}
if isWithExamples {
    // The application that a test kills.
    let application = "FollowingApplication"
    examples.append(.executableTarget(name: application, dependencies: ["Paywright"], path: "Tests/\(application)"))
}

let package = Package(
    name: "Paywright",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Paywright", targets: ["Paywright"])],
    targets: [
        .systemLibrary(name: "PaywrightFFI"),
        .target(
            name: "Paywright",
            dependencies: ["PaywrightFFI"],
            resources: [.copy("PrivacyInfo.xcprivacy")],
            linkerSettings: [.unsafeFlags(["-L\(library)", "-Xlinker", "-rpath", "-Xlinker", library])]
        ),
        .testTarget(name: "PaywrightTests", dependencies: ["Paywright"] + examples.map { .target(name: $0.name) }),
    ] + examples
)
