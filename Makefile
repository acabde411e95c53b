# Everything a developer does here. The two commands for a newcomer are `make demo` and `make test`.

PYTHON ?= python3
SIZE_CRASH ?= 5000
export CARGO_TERM_PROGRESS_WHEN = never

.PHONY: $(shell grep -oE '^[a-z-]+:' $(MAKEFILE_LIST) | tr -d :)

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

demo: ## a tea shop with an embedded database and the mock gateway (DEMO_ARGS=--once: by itself)
	@$(PYTHON) scripts/demo.py $(DEMO_ARGS)

example: ## another example: make example NAME=rental_django, shop_drf or membership_fastapi
	@$(PYTHON) scripts/example.py $(NAME)

test: ## every suite, then one summary line
	@$(PYTHON) scripts/test.py

lint: ## formatting, clippy and the types of the Python package
	@$(PYTHON) scripts/test.py --only lint

render: ## write the files that are rendered from the surface table
	@cargo run -q -p paywright-tests --bin render

swift-toolchain: ## Debian's Swift in a folder of the checkout, where there is none (3 GB; needs root)
	@$(PYTHON) scripts/mobile.py swift-toolchain

mobile: ## the tests in Kotlin and in Swift
	@$(PYTHON) scripts/test.py --only mobile

xcframework: ## the library for Apple's devices and the Swift package that uses it (macOS with Xcode)
	@$(PYTHON) scripts/xcframework.py

swift-docs: ## the reference of the Swift package, in .build/swift-docs
	@$(PYTHON) scripts/swift_docs.py

jar: ## the package for the JVM with its library inside, tried in an empty project (LIBRARIES=folder: with other systems' too)
	@$(PYTHON) scripts/jar.py

aar: ## the package for Android, with the NDK that ANDROID_NDK_HOME names
	@$(PYTHON) scripts/aar.py

kotlin-screen: ## the payment screen of the Kotlin examples, compiled with Compose (after make mobile)
	@$(PYTHON) scripts/jar.py screen

kotlin-docs: ## the reference for Kotlin, in .build/kotlin-docs
	@$(PYTHON) scripts/mobile.py kotlin-docs

device-size: ## what the library for devices weighs, stripped
	@$(PYTHON) scripts/mobile.py size

vectors: ## run vector files: make vectors FILES="a.json b.json"
	@cargo run -q -p paywright-tests --bin vectors -- $(FILES)

crash: ## kill the process while it settles, CUTS times
	@PAYWRIGHT_CUTS=$(or $(CUTS),$(SIZE_CRASH)) cargo test -q -p paywright-tests --test all crash -- --nocapture

crash-django: ## kill gunicorn's workers while a Django project books and pays, CUTS times
	@PAYWRIGHT_DJANGO_CUTS=$(or $(CUTS),200) $(PYTHON) scripts/test.py --only crash-django

crash-device: ## kill an application while it follows payments of its server, CUTS times
	@PAYWRIGHT_CUTS=$(or $(CUTS),1000) cargo test -q -p paywright-tests --test all killed_loses_nothing -- --nocapture

faults: ## every scenario with every store call failing in turn
	@PAYWRIGHT_FAULTS=all cargo test -q -p paywright-tests --test all faults -- --nocapture

bench: ## figures as ratios to a raw limit measured in the same run (BENCH_ARGS=--full: with a million payments)
	@cargo bench -q -p paywright-tests --bench settle -- $(BENCH_ARGS)
	@cargo bench -q -p paywright-tests --bench verify
	@$(PYTHON) scripts/test.py --only bench-python
	@$(PYTHON) scripts/test.py --only bench-node

wheels: ## wheels and a source distribution in bindings-python/dist, each installed and tried (ONLY=manylinux|musllinux|sdist)
	@$(PYTHON) scripts/wheels.py $(if $(ONLY),--only $(ONLY))

versions: ## the Python tests with every Python here and the oldest and newest frameworks (ONLY=3.12); keeps the table
	@$(PYTHON) scripts/versions.py $(if $(ONLY),--only $(ONLY))

newest-node: ## the Node tests with the newest Node that npm has
	@$(PYTHON) scripts/test.py --only newest-node

npm: ## the packages for npm, in bindings-node/dist, installed and tried in an empty project
	@$(PYTHON) scripts/test.py --only npm

clean: ## forget everything that was built
	rm -rf target .venv .build bindings-python/dist bindings-node/dist bindings-node/node_modules bindings-node/test/built bindings-node/paywright.node
