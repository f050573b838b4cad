// The CI vendors: by what variables each is known, and what its variables mean. Gitea and Forgejo set GitHub's variables
// beside their own and so come first; whoever imitates nobody follows in any order.
import { statusNamed, type Ref, type Status } from './report.ts'
import type { Vendor } from './vendor.ts'

/** The first variable that is set and not empty. */
const first = (...values: readonly (string | undefined)[]): string | undefined =>
  values.find((value) => value !== undefined && value !== '')

const branch = (name: string | undefined): Ref | undefined =>
  name ? { kind: 'branch', name: shortRef(name) } : undefined
const tag = (name: string | undefined): Ref | undefined => (name ? { kind: 'tag', name: shortRef(name) } : undefined)
const request = (number: string | undefined, url?: string): Ref | undefined =>
  number && number !== 'false' ? { kind: 'request', name: `#${number}`, url } : undefined

/** `refs/heads/main` → `main`. */
const shortRef = (ref: string): string => ref.replace(/^(refs\/(heads|tags)|origin)\//, '')

/** `https://host/owner/name.git` and `git@host:owner/name.git` → `owner/name`. */
const slug = (url: string | undefined): string | undefined =>
  url && /^(?:\w+:\/\/[^/]+\/|[^@/\s]+@[^:/]+:)(.+?)(?:\.git)?\/?$/.exec(url)?.[1]

const numbered = (name: string | undefined, number: string | undefined): string | undefined =>
  number === undefined ? name : `${name ?? 'Build'} #${number}`
const status = (name: string | undefined) => (name === undefined ? undefined : statusNamed(name))
const exitStatus = (code: string | undefined): Status | undefined =>
  code === undefined || code === '' ? undefined : code === '0' ? 'passed' : 'failed'
const seconds = (text: string | undefined) => (text && /^\d+$/.test(text) ? Number(text) * 1000 : undefined)
const zeros = /^0+$/
const commitBefore = (hash: unknown) => (typeof hash === 'string' && !zeros.test(hash) ? hash : undefined)
const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined

const actions = (name: string, is: Vendor['is']): Vendor => ({
  name,
  is,
  read: (v, event) => {
    const repositoryUrl = v.GITHUB_REPOSITORY && `${v.GITHUB_SERVER_URL}/${v.GITHUB_REPOSITORY}`
    const attempt = Number(v.GITHUB_RUN_ATTEMPT ?? '1') > 1 ? `/attempts/${v.GITHUB_RUN_ATTEMPT}` : ''
    const number = /^refs\/pull\/(\d+)\//.exec(v.GITHUB_REF ?? '')?.[1]
    const named = v.GITHUB_REF_TYPE === 'tag' ? tag(v.GITHUB_REF) : branch(v.GITHUB_REF)
    return {
      id: v.GITHUB_RUN_ID && `${v.GITHUB_RUN_ID}${attempt}`,
      name: numbered(v.GITHUB_WORKFLOW, v.GITHUB_RUN_NUMBER),
      url: repositoryUrl && `${repositoryUrl}/actions/runs/${v.GITHUB_RUN_ID}${attempt}`,
      repository: v.GITHUB_REPOSITORY,
      repositoryUrl,
      ref: request(number, `${repositoryUrl}/pull/${number}`) ?? named,
      commit: v.GITHUB_SHA,
      before: commitBefore(member(event, 'before')),
      actor: v.GITHUB_ACTOR,
      job: v.GITHUB_JOB,
      status: status(first(v.JOB_STATUS)),
    }
  },
})

const gitlab: Vendor = {
  name: 'GitLab CI',
  is: (v) => v.GITLAB_CI !== undefined,
  read: (v) => ({
    id: v.CI_PIPELINE_ID,
    name: numbered(first(v.CI_PIPELINE_NAME) ?? 'Pipeline', v.CI_PIPELINE_IID),
    url: v.CI_PIPELINE_URL,
    repository: v.CI_PROJECT_PATH,
    repositoryUrl: v.CI_PROJECT_URL,
    ref:
      request(v.CI_MERGE_REQUEST_IID, `${v.CI_PROJECT_URL}/-/merge_requests/${v.CI_MERGE_REQUEST_IID}`) ??
      tag(v.CI_COMMIT_TAG) ??
      branch(v.CI_COMMIT_REF_NAME),
    commit: v.CI_COMMIT_SHA,
    before: commitBefore(v.CI_COMMIT_BEFORE_SHA),
    subject: v.CI_COMMIT_TITLE,
    author: /^(.*?)\s*</.exec(v.CI_COMMIT_AUTHOR ?? '')?.[1],
    email: /<(.*)>/.exec(v.CI_COMMIT_AUTHOR ?? '')?.[1],
    actor: v.GITLAB_USER_LOGIN,
    job: v.CI_JOB_NAME,
    jobUrl: v.CI_JOB_URL,
    status: status(v.CI_JOB_STATUS),
    startedAt: v.CI_PIPELINE_CREATED_AT === undefined ? undefined : Date.parse(v.CI_PIPELINE_CREATED_AT) || undefined,
  }),
}

const woodpecker: Vendor = {
  name: 'Woodpecker',
  is: (v) => v.CI === 'woodpecker' || v.CI_SYSTEM_NAME === 'woodpecker',
  read: (v) => ({
    id: v.CI_PIPELINE_NUMBER,
    name: numbered('Pipeline', v.CI_PIPELINE_NUMBER),
    url: v.CI_PIPELINE_URL,
    repository: v.CI_REPO,
    repositoryUrl: first(v.CI_REPO_URL, v.CI_REPO_LINK),
    ref:
      request(first(v.CI_COMMIT_PULL_REQUEST), v.CI_PIPELINE_FORGE_URL) ??
      tag(first(v.CI_COMMIT_TAG)) ??
      branch(v.CI_COMMIT_BRANCH),
    commit: v.CI_COMMIT_SHA,
    before: commitBefore(v.CI_PREV_COMMIT_SHA),
    subject: v.CI_COMMIT_MESSAGE?.split('\n')[0],
    author: v.CI_COMMIT_AUTHOR,
    email: v.CI_COMMIT_AUTHOR_EMAIL,
    job: first(v.CI_WORKFLOW_NAME, v.CI_STEP_NAME),
    status: status(v.CI_PIPELINE_STATUS),
    previous: status(v.CI_PREV_PIPELINE_STATUS),
    startedAt: seconds(v.CI_PIPELINE_STARTED),
  }),
}

const drone: Vendor = {
  name: 'Drone',
  is: (v) => v.DRONE === 'true',
  read: (v) => ({
    id: v.DRONE_BUILD_NUMBER,
    name: numbered('Build', v.DRONE_BUILD_NUMBER),
    url: v.DRONE_BUILD_LINK,
    repository: v.DRONE_REPO,
    repositoryUrl: v.DRONE_REPO_LINK,
    ref: request(v.DRONE_PULL_REQUEST, v.DRONE_COMMIT_LINK) ?? tag(v.DRONE_TAG) ?? branch(v.DRONE_BRANCH),
    commit: v.DRONE_COMMIT_SHA,
    before: commitBefore(v.DRONE_COMMIT_BEFORE),
    subject: v.DRONE_COMMIT_MESSAGE?.split('\n')[0],
    author: first(v.DRONE_COMMIT_AUTHOR_NAME, v.DRONE_COMMIT_AUTHOR),
    email: v.DRONE_COMMIT_AUTHOR_EMAIL,
    job: v.DRONE_STAGE_NAME,
    status: status(v.DRONE_BUILD_STATUS),
    startedAt: seconds(v.DRONE_BUILD_STARTED),
  }),
}

const jenkins: Vendor = {
  name: 'Jenkins',
  is: (v) => v.JENKINS_URL !== undefined,
  read: (v) => ({
    id: v.BUILD_TAG ?? v.BUILD_URL,
    name: numbered(v.JOB_NAME, v.BUILD_NUMBER),
    url: v.BUILD_URL,
    repository: slug(v.GIT_URL),
    ref: request(v.CHANGE_ID, v.CHANGE_URL) ?? tag(v.TAG_NAME) ?? branch(first(v.BRANCH_NAME, v.GIT_BRANCH)),
    commit: v.GIT_COMMIT,
    before: v.GIT_PREVIOUS_SUCCESSFUL_COMMIT,
    author: v.CHANGE_AUTHOR_DISPLAY_NAME,
    email: v.CHANGE_AUTHOR_EMAIL,
    job: v.STAGE_NAME,
    status: status(v.BUILD_RESULT),
  }),
}

const circleci: Vendor = {
  name: 'CircleCI',
  is: (v) => v.CIRCLECI === 'true',
  read: (v) => ({
    id: first(v.CIRCLE_PIPELINE_ID, v.CIRCLE_WORKFLOW_ID, v.CIRCLE_BUILD_NUM),
    name: numbered('Build', v.CIRCLE_BUILD_NUM),
    url: v.CIRCLE_BUILD_URL,
    repository: v.CIRCLE_PROJECT_REPONAME && `${v.CIRCLE_PROJECT_USERNAME}/${v.CIRCLE_PROJECT_REPONAME}`,
    ref:
      request(v.CIRCLE_PULL_REQUEST?.split('/').at(-1), v.CIRCLE_PULL_REQUEST) ??
      tag(v.CIRCLE_TAG) ??
      branch(v.CIRCLE_BRANCH),
    commit: v.CIRCLE_SHA1,
    actor: v.CIRCLE_USERNAME,
    job: v.CIRCLE_JOB,
    jobUrl: v.CIRCLE_BUILD_URL,
  }),
}

const buildkite: Vendor = {
  name: 'Buildkite',
  is: (v) => v.BUILDKITE === 'true',
  read: (v) => ({
    id: v.BUILDKITE_BUILD_ID,
    name: numbered(v.BUILDKITE_PIPELINE_NAME, v.BUILDKITE_BUILD_NUMBER),
    url: v.BUILDKITE_BUILD_URL,
    repository: slug(v.BUILDKITE_REPO),
    ref: request(v.BUILDKITE_PULL_REQUEST) ?? tag(v.BUILDKITE_TAG) ?? branch(v.BUILDKITE_BRANCH),
    commit: v.BUILDKITE_COMMIT,
    subject: v.BUILDKITE_MESSAGE?.split('\n')[0],
    author: v.BUILDKITE_BUILD_AUTHOR,
    email: v.BUILDKITE_BUILD_AUTHOR_EMAIL,
    job: v.BUILDKITE_LABEL,
    status: exitStatus(v.BUILDKITE_COMMAND_EXIT_STATUS),
  }),
}

const travis: Vendor = {
  name: 'Travis CI',
  is: (v) => v.TRAVIS === 'true',
  read: (v) => ({
    id: v.TRAVIS_BUILD_ID,
    name: numbered('Build', v.TRAVIS_BUILD_NUMBER),
    url: v.TRAVIS_BUILD_WEB_URL,
    repository: v.TRAVIS_REPO_SLUG,
    ref: request(v.TRAVIS_PULL_REQUEST) ?? tag(v.TRAVIS_TAG) ?? branch(v.TRAVIS_BRANCH),
    commit: v.TRAVIS_COMMIT,
    before: v.TRAVIS_COMMIT_RANGE?.split('...')[0],
    subject: v.TRAVIS_COMMIT_MESSAGE?.split('\n')[0],
    job: v.TRAVIS_JOB_NAME,
    jobUrl: v.TRAVIS_JOB_WEB_URL,
    status: exitStatus(v.TRAVIS_TEST_RESULT),
  }),
}

const azure: Vendor = {
  name: 'Azure Pipelines',
  is: (v) => v.TF_BUILD !== undefined && v.TF_BUILD.toLowerCase() === 'true',
  read: (v) => ({
    id:
      v.BUILD_BUILDID &&
      `${v.BUILD_BUILDID}${v.SYSTEM_JOBATTEMPT && v.SYSTEM_JOBATTEMPT !== '1' ? `/${v.SYSTEM_JOBATTEMPT}` : ''}`,
    name: numbered(v.BUILD_DEFINITIONNAME, v.BUILD_BUILDNUMBER),
    url:
      v.SYSTEM_TEAMFOUNDATIONCOLLECTIONURI &&
      `${v.SYSTEM_TEAMFOUNDATIONCOLLECTIONURI}${encodeURIComponent(v.SYSTEM_TEAMPROJECT ?? '')}/_build/results?buildId=${v.BUILD_BUILDID}`,
    repository: v.BUILD_REPOSITORY_NAME,
    repositoryUrl: v.BUILD_REPOSITORY_URI,
    ref:
      request(v.SYSTEM_PULLREQUEST_PULLREQUESTNUMBER ?? v.SYSTEM_PULLREQUEST_PULLREQUESTID) ??
      (v.BUILD_SOURCEBRANCH?.startsWith('refs/tags/') ? tag(v.BUILD_SOURCEBRANCH) : branch(v.BUILD_SOURCEBRANCH)),
    commit: v.BUILD_SOURCEVERSION,
    subject: v.BUILD_SOURCEVERSIONMESSAGE?.split('\n')[0],
    author: v.BUILD_REQUESTEDFOR,
    email: v.BUILD_REQUESTEDFOREMAIL,
    job: v.SYSTEM_JOBDISPLAYNAME,
    status: status(v.AGENT_JOBSTATUS),
  }),
}

const bitbucket: Vendor = {
  name: 'Bitbucket Pipelines',
  is: (v) => v.BITBUCKET_BUILD_NUMBER !== undefined,
  read: (v) => ({
    id: v.BITBUCKET_BUILD_NUMBER,
    name: numbered('Pipeline', v.BITBUCKET_BUILD_NUMBER),
    url: v.BITBUCKET_GIT_HTTP_ORIGIN && `${v.BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/${v.BITBUCKET_BUILD_NUMBER}`,
    repository: v.BITBUCKET_REPO_FULL_NAME,
    repositoryUrl: v.BITBUCKET_GIT_HTTP_ORIGIN,
    ref: request(v.BITBUCKET_PR_ID) ?? tag(v.BITBUCKET_TAG) ?? branch(v.BITBUCKET_BRANCH),
    commit: v.BITBUCKET_COMMIT,
    status: exitStatus(v.BITBUCKET_EXIT_CODE),
  }),
}

const teamcity: Vendor = {
  name: 'TeamCity',
  is: (v) => v.TEAMCITY_VERSION !== undefined,
  read: (v) => ({
    id: v.BUILD_URL ?? v.BUILD_NUMBER,
    name: numbered(v.TEAMCITY_BUILDCONF_NAME, v.BUILD_NUMBER),
    url: v.BUILD_URL,
    repository: v.TEAMCITY_PROJECT_NAME,
    commit: v.BUILD_VCS_NUMBER,
  }),
}

const appveyor: Vendor = {
  name: 'AppVeyor',
  is: (v) => v.APPVEYOR !== undefined && v.APPVEYOR.toLowerCase() === 'true',
  read: (v) => ({
    id: v.APPVEYOR_BUILD_ID,
    name: numbered('Build', v.APPVEYOR_BUILD_NUMBER),
    url:
      v.APPVEYOR_URL &&
      `${v.APPVEYOR_URL}/project/${v.APPVEYOR_ACCOUNT_NAME}/${v.APPVEYOR_PROJECT_SLUG}/builds/${v.APPVEYOR_BUILD_ID}`,
    repository: v.APPVEYOR_REPO_NAME,
    ref: request(v.APPVEYOR_PULL_REQUEST_NUMBER) ?? tag(v.APPVEYOR_REPO_TAG_NAME) ?? branch(v.APPVEYOR_REPO_BRANCH),
    commit: v.APPVEYOR_REPO_COMMIT,
    subject: v.APPVEYOR_REPO_COMMIT_MESSAGE,
    author: v.APPVEYOR_REPO_COMMIT_AUTHOR,
    email: v.APPVEYOR_REPO_COMMIT_AUTHOR_EMAIL,
    job: v.APPVEYOR_JOB_NAME,
  }),
}

const sourcehut: Vendor = {
  name: 'SourceHut builds',
  is: (v) => v.CI_NAME === 'sourcehut',
  read: (v) => ({ id: v.JOB_ID, name: numbered('Job', v.JOB_ID), url: v.JOB_URL, ref: branch(v.GIT_REF) }),
}

const cirrus: Vendor = {
  name: 'Cirrus CI',
  is: (v) => v.CIRRUS_CI !== undefined,
  read: (v) => ({
    id: v.CIRRUS_BUILD_ID,
    name: 'Build',
    url: v.CIRRUS_BUILD_ID && `https://cirrus-ci.com/build/${v.CIRRUS_BUILD_ID}`,
    repository: v.CIRRUS_REPO_FULL_NAME,
    ref: request(v.CIRRUS_PR) ?? tag(v.CIRRUS_TAG) ?? branch(v.CIRRUS_BRANCH),
    commit: v.CIRRUS_CHANGE_IN_REPO,
    before: commitBefore(v.CIRRUS_LAST_GREEN_CHANGE),
    subject: v.CIRRUS_CHANGE_TITLE,
    job: v.CIRRUS_TASK_NAME,
    jobUrl: v.CIRRUS_TASK_ID && `https://cirrus-ci.com/task/${v.CIRRUS_TASK_ID}`,
  }),
}

const codebuild: Vendor = {
  name: 'AWS CodeBuild',
  is: (v) => v.CODEBUILD_BUILD_ARN !== undefined,
  read: (v) => ({
    id: v.CODEBUILD_BUILD_ID,
    name: numbered(v.CODEBUILD_BUILD_ID?.split(':')[0], v.CODEBUILD_BUILD_NUMBER),
    url: v.CODEBUILD_PUBLIC_BUILD_URL ?? v.CODEBUILD_BUILD_URL,
    repository: slug(v.CODEBUILD_SOURCE_REPO_URL),
    ref:
      request(/^pr\/(\d+)$/.exec(v.CODEBUILD_SOURCE_VERSION ?? '')?.[1]) ??
      (v.CODEBUILD_WEBHOOK_HEAD_REF?.startsWith('refs/tags/')
        ? tag(v.CODEBUILD_WEBHOOK_HEAD_REF)
        : branch(v.CODEBUILD_WEBHOOK_HEAD_REF)),
    commit: v.CODEBUILD_RESOLVED_SOURCE_VERSION,
    before: v.CODEBUILD_WEBHOOK_PREV_COMMIT,
    status:
      v.CODEBUILD_BUILD_SUCCEEDING === undefined
        ? undefined
        : v.CODEBUILD_BUILD_SUCCEEDING === '1'
          ? 'passed'
          : 'failed',
    startedAt: v.CODEBUILD_START_TIME === undefined ? undefined : Number(v.CODEBUILD_START_TIME) || undefined,
  }),
}

const semaphore: Vendor = {
  name: 'Semaphore',
  is: (v) => v.SEMAPHORE === 'true',
  read: (v) => ({
    id: first(v.SEMAPHORE_PIPELINE_ID, v.SEMAPHORE_WORKFLOW_ID),
    name: numbered('Workflow', v.SEMAPHORE_WORKFLOW_NUMBER),
    url:
      v.SEMAPHORE_ORGANIZATION_URL &&
      `${v.SEMAPHORE_ORGANIZATION_URL}/workflows/${v.SEMAPHORE_WORKFLOW_ID}?pipeline_id=${v.SEMAPHORE_PIPELINE_ID}`,
    repository: v.SEMAPHORE_GIT_REPO_SLUG,
    ref:
      request(v.SEMAPHORE_GIT_PR_NUMBER) ??
      tag(v.SEMAPHORE_GIT_TAG_NAME) ??
      branch(v.SEMAPHORE_GIT_WORKING_BRANCH ?? v.SEMAPHORE_GIT_BRANCH),
    commit: v.SEMAPHORE_GIT_SHA,
    before: v.SEMAPHORE_GIT_COMMIT_RANGE?.split('...')[0],
    actor: v.SEMAPHORE_GIT_COMMITTER,
    job: v.SEMAPHORE_JOB_NAME,
    status: status(v.SEMAPHORE_PIPELINE_RESULT ?? v.SEMAPHORE_JOB_RESULT),
  }),
}

const bamboo: Vendor = {
  name: 'Bamboo',
  is: (v) => v.bamboo_planKey !== undefined,
  read: (v) => ({
    id: v.bamboo_buildResultKey,
    name: numbered(v.bamboo_planName, v.bamboo_buildNumber),
    url: v.bamboo_buildResultsUrl ?? v.bamboo_resultsUrl,
    repository: slug(v.bamboo_planRepository_repositoryUrl),
    ref: branch(v.bamboo_planRepository_branchName),
    commit: v.bamboo_planRepository_revision,
    before: v.bamboo_planRepository_previousRevision,
    job: v.bamboo_shortJobName,
  }),
}

const vela: Vendor = {
  name: 'Vela',
  is: (v) => v.VELA !== undefined,
  read: (v) => ({
    id: v.VELA_BUILD_NUMBER,
    name: numbered('Build', v.VELA_BUILD_NUMBER),
    url: v.VELA_BUILD_LINK,
    repository: v.VELA_REPO_FULL_NAME,
    repositoryUrl: v.VELA_REPO_LINK,
    ref: request(v.VELA_BUILD_PULL_REQUEST) ?? tag(v.VELA_BUILD_TAG) ?? branch(v.VELA_BUILD_BRANCH),
    commit: v.VELA_BUILD_COMMIT,
    subject: v.VELA_BUILD_TITLE,
    author: v.VELA_BUILD_AUTHOR,
    email: v.VELA_BUILD_AUTHOR_EMAIL,
    status: status(v.VELA_BUILD_STATUS),
  }),
}

const codefresh: Vendor = {
  name: 'Codefresh',
  is: (v) => v.CF_BUILD_ID !== undefined,
  read: (v) => ({
    id: v.CF_BUILD_ID,
    name: v.CF_PIPELINE_NAME,
    url: v.CF_BUILD_URL,
    repository: v.CF_REPO_NAME && `${v.CF_REPO_OWNER}/${v.CF_REPO_NAME}`,
    ref: request(v.CF_PULL_REQUEST_NUMBER) ?? branch(v.CF_BRANCH),
    commit: v.CF_REVISION,
    subject: v.CF_COMMIT_MESSAGE?.split('\n')[0],
    author: v.CF_COMMIT_AUTHOR,
  }),
}

const concourse: Vendor = {
  name: 'Concourse',
  is: (v) => v.ATC_EXTERNAL_URL !== undefined && v.BUILD_ID !== undefined,
  read: (v) => ({
    id: v.BUILD_ID,
    name: numbered([v.BUILD_PIPELINE_NAME, v.BUILD_JOB_NAME].filter(Boolean).join('/') || undefined, v.BUILD_NAME),
    url: `${v.ATC_EXTERNAL_URL}/builds/${v.BUILD_ID}`,
    job: v.BUILD_JOB_NAME,
  }),
}

const isActions: Vendor['is'] = (v) => v.GITHUB_ACTIONS !== undefined

/** In the order in which they are asked whether this is theirs. */
export const vendors: readonly Vendor[] = [
  actions('Forgejo Actions', (v) => isActions(v) && (v.FORGEJO_ACTIONS !== undefined || v.FORGEJO_TOKEN !== undefined)),
  actions('Gitea Actions', (v) => isActions(v) && v.GITEA_ACTIONS !== undefined),
  actions('GitHub Actions', isActions),
  gitlab,
  woodpecker,
  drone,
  jenkins,
  circleci,
  buildkite,
  travis,
  azure,
  bitbucket,
  teamcity,
  appveyor,
  sourcehut,
  cirrus,
  codebuild,
  semaphore,
  bamboo,
  vela,
  codefresh,
  concourse,
]
